import { DomainError } from '@icmp-mon/platform/errors';
import type { Request } from 'express';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a change that a browser sends with its cookies on behalf of another site. Browsers name the origin on every
 * such request; one without is no browser and has no business with cookies.
 * @throws DomainError `forbidden`
 */
export function requireSameOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, host } = request.headers;
  if (origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  throw new DomainError(
    'forbidden',
    'A change with a session cookie must come from the portal itself (Origin). Services use an API key.',
  );
}
