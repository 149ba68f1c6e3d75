import { Component, computed, inject, signal } from '@angular/core';
import { form, FormField, maxLength, required, submit, validate } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { type CreatedUser, type CreateUserRequest, ROLES } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import {
  Failure,
  Icon,
  InstantPipe,
  keepLast,
  PageTrail,
  type Problem,
  readProblem,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { RefusalPipe } from './refusal.pipe';
import { scopeFault } from './scope-fault';
import { SecretText } from './secret-text';
import { SettingsNav } from './settings-nav';

const AGAIN_MS = 15_000;
const NAME_LENGTH_MAX = 100;
const NEW_USER: Required<CreateUserRequest> = { name: '', role: 'viewer', scope: '' };

/** Page `/settings/users`: all users; creates them with an invitation link. */
@Component({
  selector: 'icm-user-list',
  imports: [Failure, FormField, Icon, InstantPipe, LabelledField, RefusalPipe, RouterLink, SecretText, SettingsNav],
  templateUrl: './user-list.html',
  styleUrl: './access-forms.scss',
})
export class UserList {
  private readonly client = inject(IdentityClient);
  protected readonly read = this.client.users();
  protected readonly kept = keepLast(this.read);
  protected readonly users = computed(() => this.kept.value()?.items);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly created = signal<CreatedUser | null>(null);
  /** The link as the user opens it. */
  protected readonly link = computed(() => `${location.origin}${this.created()?.link.path ?? ''}`);
  protected readonly newUser = form(signal(NEW_USER), (path) => {
    required(path.name, { message: 'Enter the name for the login.' });
    maxLength(path.name, NAME_LENGTH_MAX, { message: `At most ${NAME_LENGTH_MAX} characters.` });
    validate(path.scope, ({ value }) => scopeFault(value()));
  });

  protected readonly roles = ROLES;

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Users' });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected async createUser(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.newUser, async () => {
      try {
        const { scope, ...user } = this.newUser().value();
        this.created.set(await this.client.createUser({ ...user, ...(scope.trim() !== '' && { scope }) }));
        this.newUser().reset(NEW_USER);
        this.read.reload();
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}
