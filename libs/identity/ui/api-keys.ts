import { Component, computed, inject, signal } from '@angular/core';
import { form, FormField, maxLength, required, submit, validate } from '@angular/forms/signals';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { openHistory } from '@icmp-mon/audit/look';
import {
  type ApiKeyView,
  type IssueApiKeyRequest,
  type IssuedApiKey,
  type Permission,
  ROLE_PERMISSIONS,
  type Role,
  ROLES,
  type Scope,
} from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import {
  AgePipe,
  Clock,
  type Confirmation,
  ConfirmDialog,
  Empty,
  Failure,
  Icon,
  InstantPipe,
  keepLast,
  PageTrail,
  type Problem,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { RefusalPipe } from './refusal.pipe';
import { scopeFault } from './scope-fault';
import { askScope } from './scope-dialog';
import { SecretText } from './secret-text';
import { Session } from './session';
import { SettingsNav } from './settings-nav';

const NAME_LENGTH_MAX = 100;
const NEW_KEY = { name: '', role: 'viewer' as Role, days: '', scope: '' };

/** Page `/settings/keys`: the API keys of services; creates them, shows each once, and revokes them. */
@Component({
  selector: 'icm-api-keys',
  imports: [
    AgePipe,
    Empty,
    Failure,
    FormField,
    Icon,
    InstantPipe,
    LabelledField,
    RefusalPipe,
    RouterLink,
    SecretText,
    SettingsNav,
  ],
  templateUrl: './api-keys.html',
  styleUrl: './access-forms.scss',
})
export class ApiKeys {
  private readonly client = inject(IdentityClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = this.client.apiKeys();
  protected readonly kept = keepLast(this.read);
  protected readonly keys = computed(() => this.kept.value()?.items);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly issued = signal<IssuedApiKey | null>(null);
  protected readonly revoking = signal(false);
  protected readonly newKey = form(signal(NEW_KEY), (path) => {
    required(path.name, { message: 'Enter the name of the service that will use the key.' });
    maxLength(path.name, NAME_LENGTH_MAX, { message: `At most ${NAME_LENGTH_MAX} characters.` });
    validate(path.scope, ({ value }) => scopeFault(value()));
  });

  protected readonly roles = ROLES;
  protected readonly isLimited = signal(false);
  private readonly chosen = signal<readonly Permission[]>([]);
  /** Permissions of the chosen role, each with whether the key will have it. */
  protected readonly offered = computed(() =>
    ROLE_PERMISSIONS[this.newKey().value().role].map((name) => ({ name, isChosen: this.chosen().includes(name) })),
  );

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Keys' });
  }

  protected choosePermission(name: Permission, event: Event): void {
    const { checked } = event.target as HTMLInputElement;
    this.chosen.update((chosen) => (checked ? [...chosen, name] : chosen.filter((each) => each !== name)));
  }

  protected async issue(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.newKey, async () => {
      const { name, role, days, scope } = this.newKey().value();
      const permissions = this.offered().flatMap((each) => (each.isChosen ? [each.name] : []));
      const request: IssueApiKeyRequest = {
        ...{ name, role },
        ...(days !== '' && { validForDays: Number(days) }),
        ...(this.isLimited() && { permissions }),
        ...(scope.trim() !== '' && { scope }),
      };
      try {
        this.issued.set(await this.client.issueApiKey(request));
        this.newKey().reset(NEW_KEY);
        this.isLimited.set(false);
        this.chosen.set([]);
        this.read.reload();
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }

  protected async changeScope({ id, name, scope }: ApiKeyView): Promise<void> {
    const save = (changed: Scope): Promise<void> => this.client.changeKeyScope(id, changed);
    if (!(await askScope(this.dialog, { name, scope, save }))) return;
    this.toasts.done(`Scope of ${name} changed.`);
    this.read.reload();
  }

  protected revokeKey(key: ApiKeyView): void {
    const text = 'Services that use it are refused within 5 s. A revoked key cannot be restored.';
    const data: Confirmation = { title: `Revoke the API key ${key.name}?`, text, action: 'Revoke' };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '440px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.revoked(key);
    });
  }

  protected showHistory({ id, name }: ApiKeyView): void {
    openHistory(this.dialog, { kind: 'api-key', id, name });
  }

  protected isPast({ revokedAt, expiresAt }: ApiKeyView): boolean {
    return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= this.nowMs());
  }

  private async revoked(key: ApiKeyView): Promise<void> {
    this.revoking.set(true);
    try {
      await this.client.revokeApiKey(key.id);
      this.toasts.done(`API key ${key.name} revoked.`);
    } catch (failure) {
      this.toasts.showRefusal('The key was not revoked.', failure);
    } finally {
      this.revoking.set(false);
      this.read.reload();
    }
  }
}
