import { Component, inject, input, type OnInit, output, signal } from '@angular/core';
import type { LoginChallenge, SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { EnrolmentForm } from './enrolment-form';
import { IdentityClient } from './identity.client';
import { RecoveryCodesText } from './recovery-codes';
import { Session } from './session';

/** Second step of a login whose role requires a second factor: its enrolment, then the recovery codes. */
@Component({
  selector: 'icm-login-enrolment',
  imports: [EnrolmentForm, RecoveryCodesText],
  template: `
    @if (codes(); as shown) {
      <icm-recovery-codes [codes]="shown" (kept)="completed.emit()" />
    } @else if (enrolment(); as begun) {
      <p class="quiet">Your role requires a second factor.</p>
      <icm-enrolment-form [enrolment]="begun" [confirm]="confirmCode" />
    } @else {
      <p class="quiet" role="status">Preparing a second factor …</p>
    }
  `,
  styleUrl: './login.scss',
})
export class LoginEnrolment implements OnInit {
  private readonly client = inject(IdentityClient);
  private readonly session = inject(Session);

  readonly challenge = input.required<LoginChallenge>();
  readonly completed = output<void>();
  /** Emits why the password must be entered again. */
  readonly restarted = output<Problem>();

  protected readonly enrolment = signal<SecondFactorEnrolment | null>(null);
  protected readonly codes = signal<readonly string[] | null>(null);

  ngOnInit(): void {
    void this.beginEnrolment();
  }

  private async beginEnrolment(): Promise<void> {
    try {
      this.enrolment.set(await this.client.beginLoginEnrolment(this.challenge().challenge));
    } catch (failure) {
      this.restarted.emit(readProblem(failure));
    }
  }

  protected readonly confirmCode = async (code: string): Promise<void> => {
    try {
      this.codes.set(await this.session.confirmLoginEnrolment({ challenge: this.challenge().challenge, code }));
    } catch (failure) {
      const problem = readProblem(failure);
      if (problem.fields['challenge'] === undefined) throw failure;
      this.restarted.emit(problem);
    }
  };
}
