import { HttpClient, httpResource } from '@angular/common/http';
import { Component, computed, inject, signal } from '@angular/core';
import type { LoginView } from '@icmp-mon/identity/contract';
import { ageText, Clock, Failure, instantText, keepLast, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';

const LOGINS = '/api/v1/auth/logins';

/** Where the own account is signed in, and the buttons that end it. */
@Component({
  selector: 'icm-own-logins',
  imports: [Failure],
  templateUrl: './own-logins.html',
  styleUrl: './access-forms.scss',
})
export class OwnLogins {
  private readonly http = inject(HttpClient);
  private readonly toasts = inject(Toasts);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = httpResource<{ items: LoginView[] }>(() => LOGINS);
  protected readonly kept = keepLast(this.read);
  protected readonly logins = computed(() => this.kept.value()?.items);
  protected readonly others = computed(() => (this.logins() ?? []).filter((login) => !login.isCurrent).length);
  protected readonly ending = signal(false);

  protected readonly ageText = ageText;
  protected readonly instantText = instantText;

  reload(): void {
    this.read.reload();
  }

  protected end(login: LoginView): Promise<void> {
    return this.ended(`${LOGINS}/${login.id}`, 'The login has ended.');
  }

  protected endOthers(): Promise<void> {
    return this.ended(LOGINS, 'Your other logins have ended.');
  }

  private async ended(url: string, done: string): Promise<void> {
    this.ending.set(true);
    try {
      await firstValueFrom(this.http.delete(url));
      this.toasts.done(done);
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.failed(`Nothing was ended. ${problem.title}. ${problem.detail}`);
    } finally {
      this.ending.set(false);
      this.read.reload();
    }
  }
}
