import { afterNextRender, Component, computed, input, signal, viewChild } from '@angular/core';
import { form, required, submit } from '@angular/forms/signals';
import type { SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { QrCode } from './qr-code';
import { RefusalPipe } from './refusal.pipe';

/** Shows the secret of a new second factor, and asks for its first code. */
@Component({
  selector: 'icm-enrolment-form',
  imports: [LabelledField, QrCode, RefusalPipe],
  templateUrl: './enrolment-form.html',
  styleUrl: './second-factor.scss',
})
export class EnrolmentForm {
  readonly enrolment = input.required<SecondFactorEnrolment>();
  /** Sends the code. A refusal is shown here. */
  readonly confirm = input.required<(code: string) => Promise<void>>();

  private readonly first = viewChild<LabelledField>('first');
  protected readonly problem = signal<Problem | null>(null);
  /** In groups, as people read it. */
  protected readonly secret = computed(() => this.enrolment().secret.replace(/.{4}(?=.)/g, '$& '));
  protected readonly entered = form(signal({ code: '' }), (path) => {
    required(path.code, { message: 'Enter the code of the app.' });
  });

  constructor() {
    afterNextRender(() => this.first()?.focusEntry());
  }

  protected async sendCode(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.entered, async () => {
      try {
        await this.confirm()(this.entered().value().code);
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}
