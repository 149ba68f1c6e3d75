import type { HttpErrorResponse } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import type {
  LoginChallenge,
  LoginCodeRequest,
  LoginRequest,
  Permission,
  SessionView,
} from '@icmp-mon/identity/contract';
import { Router } from '@angular/router';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { IdentityClient } from './identity.client';

/** State of the signed-in user. The tokens are in cookies that scripts cannot read. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly client = inject(IdentityClient);
  private readonly router = inject(Router);
  private readonly stream = inject(LiveStream);
  private readonly view = signal<SessionView | null>(null);
  private refreshing: Promise<boolean> | null = null;

  readonly current = this.view.asReadonly();
  /** Filter of the only targets that the user sees; null without a limit. */
  readonly scope = computed(() => this.view()?.scope ?? null);
  readonly permissions = computed(() => new Set<Permission>(this.view()?.permissions ?? []));

  may(permission: Permission): boolean {
    return this.permissions().has(permission);
  }

  /** Reads the session of the cookies. Returns false if there is none. Throws if the server does not answer. */
  async restore(): Promise<boolean> {
    if (this.view() !== null) return true;
    try {
      this.beginSession(await this.client.session());
      return true;
    } catch (failure) {
      if ((failure as HttpErrorResponse).status === 401) return false;
      throw failure;
    }
  }

  /** Logs in with a password. Returns the challenge of the second step if one is needed; null if the user is signed in. */
  async login(request: LoginRequest): Promise<LoginChallenge | null> {
    const answer = await this.client.logIn(request);
    if ('challenge' in answer) return answer;
    this.beginSession(answer);
    return null;
  }

  async completeLogin(request: LoginCodeRequest): Promise<void> {
    this.beginSession(await this.client.completeLogin(request));
  }

  /** Enables the second factor that the login requires, and signs the user in. Returns the recovery codes. */
  async confirmLoginEnrolment(request: LoginCodeRequest): Promise<string[]> {
    const { recoveryCodes, ...session } = await this.client.confirmLoginEnrolment(request);
    this.beginSession(session);
    return recoveryCodes;
  }

  /** Ends the session, and opens the sign-in page: of the issuer first, if it has a session of the user, too. */
  async logout(): Promise<void> {
    const continueAt = await this.client.logOut();
    this.endSession();
    if (continueAt === null) await this.router.navigateByUrl('/login');
    else location.assign(continueAt);
  }

  /** Exchanges the refresh cookie for new cookies; concurrent calls share one request. */
  refreshSession(): Promise<boolean> {
    this.refreshing ??= this.tryRefresh().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  endSession(): void {
    this.stream.stop();
    this.view.set(null);
  }

  private beginSession(session: SessionView): void {
    this.view.set(session);
    this.stream.start(() => this.client.session());
  }

  private async tryRefresh(): Promise<boolean> {
    try {
      const session = await this.client.refreshSession();
      if (this.view() !== null) this.view.set(session);
      return true;
    } catch (failure) {
      if ((failure as HttpErrorResponse).status === 401) return false;
      throw failure;
    }
  }
}
