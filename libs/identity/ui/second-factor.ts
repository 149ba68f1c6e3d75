import { Component, computed, type ElementRef, inject, output, signal, viewChild } from '@angular/core';
import { form, required, submit } from '@angular/forms/signals';
import type { SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { Failure, InstantPipe, keepLast, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { EnrolmentForm } from './enrolment-form';
import { IdentityClient } from './identity.client';
import { RecoveryCodesText } from './recovery-codes';
import { RefusalPipe } from './refusal.pipe';

const EMPTY = { password: '', code: '' };

/** Section of the user's own second factor: enabling, new recovery codes, disabling. */
@Component({
  selector: 'icm-second-factor',
  imports: [EnrolmentForm, Failure, InstantPipe, LabelledField, RecoveryCodesText, RefusalPipe],
  templateUrl: './second-factor.html',
  styleUrls: ['./access-forms.scss', './second-factor.scss'],
})
export class SecondFactor {
  private readonly client = inject(IdentityClient);
  private readonly toasts = inject(Toasts);
  private readonly entered = signal(EMPTY);

  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  /** Emits after the second factor was enabled and the other logins ended. */
  readonly changed = output<void>();

  protected readonly read = this.client.secondFactor();
  protected readonly kept = keepLast(this.read);
  protected readonly state = computed(() => this.kept.value());
  /** False for a user of single sign-on; true also while it is not known. */
  readonly hasPassword = computed(() => this.state()?.isPossible !== false);
  protected readonly isEnabled = computed(() => typeof this.state()?.enabledAt === 'string');
  protected readonly enrolment = signal<SecondFactorEnrolment | null>(null);
  protected readonly codes = signal<readonly string[] | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly proof = form(this.entered, (path) => {
    required(path.password, { message: 'Enter your password.' });
    required(path.code, { message: 'Enter a code of the app.', when: () => this.isEnabled() });
  });

  protected begin(event: Event): Promise<void> {
    return this.sendProof(event, async ({ password }) => {
      this.enrolment.set(await this.client.beginSecondFactor(password));
    });
  }

  protected readonly confirmCode = async (code: string): Promise<void> => {
    const { recoveryCodes } = await this.client.confirmSecondFactor(code);
    this.enrolment.set(null);
    this.codes.set(recoveryCodes);
    this.toasts.done('Second factor enabled. Other logins ended.');
    this.read.reload();
    this.changed.emit();
  };

  /** Hides the recovery codes. The fields were left when the codes replaced them, which marked them as touched. */
  protected closeCodes(): void {
    this.codes.set(null);
    this.proof().reset(EMPTY);
    this.heading().nativeElement.focus();
  }

  protected renewCodes(event: Event): Promise<void> {
    return this.sendProof(event, async (proof) => {
      this.codes.set((await this.client.renewRecoveryCodes(proof)).recoveryCodes);
    });
  }

  protected disable(event: Event): Promise<void> {
    return this.sendProof(event, async (proof) => {
      await this.client.disableSecondFactor(proof);
      this.toasts.done('Second factor disabled.');
    });
  }

  private async sendProof(event: Event, send: (proof: typeof EMPTY) => Promise<void>): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.proof, async () => {
      try {
        await send(this.proof().value());
        this.proof().reset(EMPTY);
        this.read.reload();
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}
