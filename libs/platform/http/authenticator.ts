import type { Request } from 'express';
import type { Principal } from './permission';

/** Identifies the caller of a request. The identity context implements it; `PermissionGuard` calls it. */
export abstract class Authenticator {
  /**
   * Returns the caller, or null when the request has no credentials.
   * @throws DomainError `unauthenticated` when the credentials are not valid
   * @throws DomainError `forbidden` when a browser sends the request of another site (CSRF)
   */
  abstract authenticate(request: Request): Promise<Principal | null>;

  /**
   * Returns the caller from a cache, for routes that answer while the database is unavailable (`AnswersWithoutDatabase`).
   * Null for callers that were not authenticated during the last minutes.
   */
  authenticateFromCache(_request: Request): Promise<Principal | null> {
    return Promise.resolve(null);
  }

  /** Returns false once the session or API key of the principal was revoked. Long-lived streams check it periodically. */
  abstract stillValid(principal: Principal): Promise<boolean>;
}
