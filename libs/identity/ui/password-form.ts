import { Component, inject, output, signal } from '@angular/core';
import { form, required, submit } from '@angular/forms/signals';
import { type ChangePasswordRequest, PASSWORD_LENGTH_MIN } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { checkNewPassword } from './new-password';
import { RefusalPipe } from './refusal.pipe';

const EMPTY = { currentPassword: '', newPassword: '', repeated: '' };

/** Form to change the user's own password. */
@Component({
  selector: 'icm-password-form',
  imports: [LabelledField, RefusalPipe],
  templateUrl: './password-form.html',
  styleUrl: './access-forms.scss',
})
export class PasswordForm {
  private readonly client = inject(IdentityClient);
  private readonly toasts = inject(Toasts);
  private readonly entered = signal(EMPTY);

  /** Emits after the password was changed and the other logins ended. */
  readonly changed = output<void>();

  protected readonly problem = signal<Problem | null>(null);
  protected readonly lengthMin = PASSWORD_LENGTH_MIN;
  protected readonly password = form(this.entered, (path) => {
    required(path.currentPassword, { message: 'Enter your current password.' });
    checkNewPassword(path);
  });

  protected async changePassword(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.password, async () => {
      const { currentPassword, newPassword } = this.password().value();
      const request: ChangePasswordRequest = { currentPassword, newPassword };
      try {
        await this.client.changePassword(request);
        this.password().reset(EMPTY);
        this.changed.emit();
        this.toasts.done('Password changed. Other logins ended.');
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}
