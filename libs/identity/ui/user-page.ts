import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { EntityHistory } from '@icmp-mon/audit/look';
import { type PasswordLink, type Role, ROLES, type Scope, type UserView } from '@icmp-mon/identity/contract';
import {
  type Confirmation,
  ConfirmDialog,
  Empty,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { LoginsTable } from './logins-table';
import { askScope } from './scope-dialog';
import { SecretText } from './secret-text';
import { Session } from './session';

/** Page `/settings/users/:id`: role, state and logins of one user. */
@Component({
  selector: 'icm-user-page',
  imports: [Empty, EntityHistory, Failure, InstantPipe, LoginsTable, RouterLink, SecretText],
  templateUrl: './user-page.html',
  styleUrl: './access-forms.scss',
})
export class UserPage {
  readonly id = input.required<string>();

  private readonly client = inject(IdentityClient);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly read = this.client.users();
  protected readonly kept = keepLast(this.read);
  protected readonly loginsRead = this.client.loginsOf(this.id);
  protected readonly loginsKept = keepLast(this.loginsRead, this.id);
  protected readonly user = computed(() => this.kept.value()?.items.find(({ id }) => id === this.id()));
  protected readonly logins = computed(() => this.loginsKept.value()?.items);
  protected readonly running = signal(false);
  protected readonly link = signal<PasswordLink | null>(null);
  protected readonly linkText = computed(() => `${location.origin}${this.link()?.path ?? ''}`);
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  /** Changes made on this page: the history is read again after each. */
  protected readonly changes = signal(0);
  protected readonly roles = ROLES;

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const users = { text: 'Users', link: '/settings/users' };
      trail.showCrumbs({ text: 'Settings', link: '/settings' }, users, { text: this.user()?.name ?? '…' });
    });
  }

  protected changeRole(event: Event): Promise<void> {
    const role = (event.target as HTMLSelectElement).value as Role;
    return this.runAction('The role was not changed.', async () => {
      await this.client.changeRole(this.id(), role);
      this.toasts.done(`Role changed to ${role}.`);
    });
  }

  protected async changeScope({ id, name, scope }: UserView): Promise<void> {
    const save = (changed: Scope): Promise<void> => this.client.changeUserScope(id, changed);
    if (!(await askScope(this.dialog, { name, scope, save }))) return;
    this.toasts.done(`Scope of ${name} changed.`);
    this.readAgain();
  }

  protected createLink(): Promise<void> {
    return this.runAction('No link was created.', async () => {
      this.link.set(await this.client.issuePasswordLink(this.id()));
    });
  }

  protected enableUser(): Promise<void> {
    return this.runAction('The user was not enabled.', () => this.client.enableUser(this.id()));
  }

  protected endLogins(): Promise<void> {
    return this.runAction('No login was ended.', () => this.client.endLoginsOf(this.id()));
  }

  protected disableUser(name: string): void {
    const text = 'The user is logged out, and cannot log in until enabled again.';
    this.confirm({ title: `Disable ${name}?`, text, action: 'Disable' }, () =>
      this.runAction('The user was not disabled.', () => this.client.disableUser(this.id())),
    );
  }

  protected removeUser(name: string): void {
    const text = 'The user is logged out. The API keys that the user created stay valid. A removal cannot be undone.';
    this.confirm({ title: `Remove ${name}?`, text, action: 'Remove' }, () =>
      this.runAction('The user was not removed.', async () => {
        await this.client.removeUser(this.id());
        this.toasts.done(`User ${name} removed.`);
        await this.router.navigateByUrl('/settings/users');
      }),
    );
  }

  protected resetSecondFactor(name: string): void {
    const text =
      'The user is logged out, and then needs the password only, unless the role requires a new second factor. Do this if the user lost the app and the recovery codes.';
    this.confirm({ title: `Reset the second factor of ${name}?`, text, action: 'Reset' }, () =>
      this.runAction('The second factor was not reset.', async () => {
        await this.client.resetSecondFactor(this.id());
        this.toasts.done('Second factor reset.');
      }),
    );
  }

  private confirm(data: Confirmation, confirmed: () => Promise<void>): void {
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '440px' });
    closed.afterClosed().subscribe((isConfirmed) => {
      if (isConfirmed === true) void confirmed();
    });
  }

  private async runAction(refusal: string, action: () => Promise<void>): Promise<void> {
    this.running.set(true);
    try {
      await action();
    } catch (failure) {
      this.toasts.showRefusal(refusal, failure);
    } finally {
      this.running.set(false);
      this.readAgain();
    }
  }

  private readAgain(): void {
    this.changes.update((count) => count + 1);
    this.read.reload();
    this.loginsRead.reload();
  }
}
