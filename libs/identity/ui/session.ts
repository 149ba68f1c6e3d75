import type { HttpErrorResponse } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import type { LoginRequest, Permission, SessionView } from '@icmp-mon/identity/contract';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { IdentityClient } from './identity.client';

/** State of the signed-in user. The tokens are in cookies that scripts cannot read. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly client = inject(IdentityClient);
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

  async login(request: LoginRequest): Promise<void> {
    this.beginSession(await this.client.logIn(request));
  }

  async logout(): Promise<void> {
    await this.client.logOut();
    this.endSession();
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
