import type { Request } from 'express';
import type { Principal } from './permission';

/** Tells who makes a request; identity provides it, the guard asks it. */
export abstract class Authenticator {
  /**
   * The caller, or null without credentials.
   * @throws DomainError `unauthenticated` when credentials are given and do not hold
   * @throws DomainError `forbidden` when a browser sends another site's request
   */
  abstract authenticate(request: Request): Promise<Principal | null>;

  /**
   * The caller from memory, for routes that answer while the database is away: one that was recognised some minutes ago.
   * Null for others.
   */
  remember(_request: Request): Promise<Principal | null> {
    return Promise.resolve(null);
  }

  /** False once the session or key behind a principal was ended; long-lived streams ask now and then. */
  abstract stillValid(principal: Principal): Promise<boolean>;
}
