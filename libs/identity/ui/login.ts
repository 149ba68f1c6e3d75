import { Component, computed, inject, Injector, input, signal, viewChild } from '@angular/core';
import { form, required, submit } from '@angular/forms/signals';
import { Router } from '@angular/router';
import { type LoginChallenge, safeReturnUrl } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { PageTrail, type Problem, readProblem, whenRendered } from '@icmp-mon/platform/ui-kit';
import { IdentityClient } from './identity.client';
import { LoginCode } from './login-code';
import { LoginEnrolment } from './login-enrolment';
import { Session } from './session';
import { signInFaultText } from './sign-in-fault';

/** Login page: `/login?returnUrl=`. A password, then a code where one is needed; or the issuer of single sign-on. */
@Component({
  selector: 'icm-login',
  imports: [LabelledField, LoginCode, LoginEnrolment],
  templateUrl: './login.html',
  styleUrl: './login.scss',
})
export class Login {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly options = inject(IdentityClient).signInOptions();

  readonly returnUrl = input<string>();
  readonly away = input<string>();
  /** Fault of a sign-in at the issuer. */
  readonly sso = input<string>();

  private readonly first = viewChild<LabelledField>('first');
  protected readonly challenge = signal<LoginChallenge | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly fault = computed(() => signInFaultText(this.sso()));
  protected readonly issuer = computed(() => {
    const singleSignOn = this.options.hasValue() ? this.options.value()?.singleSignOn : null;
    if (!singleSignOn) return null;
    const returnUrl = encodeURIComponent(safeReturnUrl(this.returnUrl()));
    return { label: singleSignOn.label, url: `${singleSignOn.url}?returnUrl=${returnUrl}` };
  });
  protected readonly login = form(signal({ user: '', password: '' }), (path) => {
    required(path.user, { message: 'Enter your user name.' });
    required(path.password, { message: 'Enter your password.' });
  });

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Sign in' });
    this.focusFirst();
  }

  private focusFirst(): void {
    whenRendered(this.injector, () => this.first()?.focusEntry());
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.login, async () => {
      try {
        const challenge = await this.session.login(this.login().value());
        this.challenge.set(challenge);
        if (challenge === null) await this.openPortal();
      } catch (failure) {
        this.problem.set(loginProblem(failure));
      }
    });
  }

  protected async openPortal(): Promise<void> {
    await this.router.navigateByUrl(safeReturnUrl(this.returnUrl()));
  }

  /** Returns to the password. */
  protected restart(problem: Problem | null): void {
    this.challenge.set(null);
    this.problem.set(problem);
    this.login.password().reset('');
    this.focusFirst();
  }
}

function loginProblem(failure: unknown): Problem {
  const problem = readProblem(failure);
  if (problem.status !== 401) return problem;
  return { ...problem, title: 'Not signed in', detail: 'The user name or the password is wrong.' };
}
