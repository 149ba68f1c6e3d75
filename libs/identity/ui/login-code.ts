import { afterNextRender, Component, inject, input, output, signal, viewChild } from '@angular/core';
import { form, required, submit } from '@angular/forms/signals';
import type { LoginChallenge } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { Session } from './session';

/** Second step of a login: a code of the app, or a recovery code. */
@Component({
  selector: 'icm-login-code',
  imports: [LabelledField],
  template: `
    <form class="step" novalidate (submit)="sendCode($event)">
      <p class="quiet">Enter the code that your authenticator app shows, or one of your recovery codes.</p>
      @if (problem(); as refused) {
        <p class="refused" role="alert">{{ refused.title }}. {{ refused.detail }}</p>
      }
      <icm-labelled-field
        #first
        label="Code"
        testId="login-code"
        autocomplete="one-time-code"
        [mono]="true"
        [field]="entered.code"
      />
      <button class="button button-primary" type="submit" data-testid="send-code" [disabled]="entered().submitting()">
        {{ entered().submitting() ? 'Checking…' : 'Continue' }}
      </button>
    </form>
  `,
  styleUrl: './login.scss',
})
export class LoginCode {
  private readonly session = inject(Session);

  readonly challenge = input.required<LoginChallenge>();
  readonly completed = output<void>();
  /** Emits why the password must be entered again. */
  readonly restarted = output<Problem>();

  private readonly first = viewChild<LabelledField>('first');
  protected readonly problem = signal<Problem | null>(null);
  protected readonly entered = form(signal({ code: '' }), (path) => {
    required(path.code, { message: 'Enter the code.' });
  });

  constructor() {
    afterNextRender(() => this.first()?.focusEntry());
  }

  protected async sendCode(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.entered, async () => {
      const { challenge } = this.challenge();
      try {
        await this.session.completeLogin({ challenge, code: this.entered().value().code });
        this.completed.emit();
      } catch (failure) {
        this.showProblem(readProblem(failure));
      }
    });
  }

  private showProblem(problem: Problem): void {
    if (problem.fields['challenge'] !== undefined) return this.restarted.emit(problem);
    this.problem.set(problem.status === 401 ? { ...problem, title: 'Not signed in' } : problem);
    this.entered().reset({ code: '' });
    this.first()?.focusEntry();
  }
}
