import { Component, computed, inject, signal } from '@angular/core';
import type { LoginView } from '@icmp-mon/identity/contract';
import { Failure, keepLast, Toasts } from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { LoginsTable } from './logins-table';
import { Session } from './session';

/** Card of the user's own active logins, with buttons to end them. */
@Component({
  selector: 'icm-own-logins',
  imports: [Failure, LoginsTable],
  templateUrl: './own-logins.html',
  styleUrl: './access-forms.scss',
})
export class OwnLogins {
  private readonly client = inject(IdentityClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly read = this.client.logins();
  protected readonly kept = keepLast(this.read);
  protected readonly logins = computed(() => this.kept.value()?.items);
  protected readonly others = computed(() => (this.logins() ?? []).filter((login) => !login.isCurrent).length);
  protected readonly ending = signal(false);

  reloadLogins(): void {
    this.read.reload();
  }

  protected endLogin(login: LoginView): Promise<void> {
    return this.showEnded(this.client.endLogin(login.id), 'Login ended.');
  }

  protected endOthers(): Promise<void> {
    return this.showEnded(this.client.endOtherLogins(), 'Other logins ended.');
  }

  /** Ends all other logins, then this one. */
  protected async endAll(): Promise<void> {
    this.ending.set(true);
    try {
      await this.client.endOtherLogins();
      await this.session.logout();
    } catch (failure) {
      this.toasts.showRefusal('You are not signed out everywhere.', failure);
      this.read.reload();
    } finally {
      this.ending.set(false);
    }
  }

  private async showEnded(ending: Promise<void>, done: string): Promise<void> {
    this.ending.set(true);
    try {
      await ending;
      this.toasts.done(done);
    } catch (failure) {
      this.toasts.showRefusal('No login was ended.', failure);
    } finally {
      this.ending.set(false);
      this.read.reload();
    }
  }
}
