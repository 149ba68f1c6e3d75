import { afterNextRender, Component, type ElementRef, inject, input, signal, viewChild } from '@angular/core';
import { form, FormField, required, submit } from '@angular/forms/signals';
import { Router } from '@angular/router';
import { PageTrail, type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { safeReturnUrl } from '@icmp-mon/identity/contract';
import { Session } from './session';

/** Login page: `/login?returnUrl=`. */
@Component({
  selector: 'icm-login',
  imports: [FormField],
  templateUrl: './login.html',
  styleUrl: './login.scss',
})
export class Login {
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  readonly returnUrl = input<string>();
  readonly away = input<string>();

  private readonly first = viewChild.required<ElementRef<HTMLInputElement>>('first');
  protected readonly problem = signal<Problem | null>(null);
  protected readonly login = form(signal({ user: '', password: '' }), (path) => {
    required(path.user, { message: 'Enter your user name.' });
    required(path.password, { message: 'Enter your password.' });
  });

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Sign in' });
    afterNextRender(() => this.first().nativeElement.focus());
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.login, async () => {
      try {
        await this.session.login(this.login().value());
        await this.router.navigateByUrl(safeReturnUrl(this.returnUrl()));
      } catch (failure) {
        this.problem.set(loginProblem(failure));
      }
    });
  }
}

function loginProblem(failure: unknown): Problem {
  const problem = readProblem(failure);
  if (problem.status !== 401) return problem;
  return { ...problem, title: 'Not signed in', detail: 'The user name or the password is wrong.' };
}
