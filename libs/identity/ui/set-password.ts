import { afterNextRender, Component, inject, signal, viewChild } from '@angular/core';
import { form, submit } from '@angular/forms/signals';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { PASSWORD_LENGTH_MIN } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { PageTrail, type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { checkNewPassword } from './new-password';
import { RefusalPipe } from './refusal.pipe';

const EMPTY = { newPassword: '', repeated: '' };

/** Page `/set-password#<token>`: sets a password with the link of an invitation or a reset. */
@Component({
  selector: 'icm-set-password',
  imports: [LabelledField, RefusalPipe, RouterLink],
  templateUrl: './set-password.html',
  styleUrl: './login.scss',
})
export class SetPassword {
  private readonly client = inject(IdentityClient);
  private readonly token = inject(ActivatedRoute).snapshot.fragment ?? '';
  private readonly first = viewChild<LabelledField>('first');

  protected readonly hasToken = this.token !== '';
  protected readonly lengthMin = PASSWORD_LENGTH_MIN;
  protected readonly problem = signal<Problem | null>(null);
  /** Name of the user whose password was set. */
  protected readonly user = signal<string | null>(null);
  protected readonly password = form(signal(EMPTY), checkNewPassword);

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Set a password' });
    afterNextRender(() => this.first()?.focusEntry());
  }

  protected async setPassword(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.password, async () => {
      const { newPassword } = this.password().value();
      try {
        this.user.set((await this.client.usePasswordLink({ token: this.token, newPassword })).user);
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}
