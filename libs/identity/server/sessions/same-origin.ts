import { DomainError } from '@icmp-mon/platform/errors';
import type { Request } from 'express';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const SHOWN_MAX = 200;
const SETTING = 'ICMPMON_TRUSTED_PROXIES';

/** Returns a header's text in a form that is safe in a message. */
const shown = (header: string): string => header.replace(/[^\x21-\x7e]/g, '?').slice(0, SHOWN_MAX);

/**
 * Refuses a change that a browser sends with its cookies on behalf of another site (CSRF). Browsers send `Origin` with every such request;
 * a client that does not must not use cookies. It is compared with the host of the request: `X-Forwarded-Host` if a trusted proxy sent it,
 * otherwise `Host`.
 * @throws DomainError `forbidden` that names both hosts, and what to configure if there is a reverse proxy
 */
export function requireSameOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  if (origin === undefined) {
    throw new DomainError(
      'forbidden',
      'A change with a session cookie must come from the portal (header Origin is missing). Services must use an API key.',
    );
  }
  const host = request.host as string | undefined;
  if (host !== undefined && URL.canParse(origin) && new URL(origin).host === hostAt(origin, host)) return;
  throw new DomainError(
    'forbidden',
    `The Origin ${shown(origin)} does not match the requested host ${shown(host ?? 'none')}. ${proxyAdvice(request)}`,
  );
}

/** Returns the host as a URL of the origin's scheme contains it, without the default port; null if it is not a valid host. */
function hostAt(origin: string, host: string): string | null {
  const url = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : null;
}

function proxyAdvice(request: Request): string {
  const forwarded = request.headers['x-forwarded-host'];
  const peer = request.socket.remoteAddress ?? 'unknown';
  if (typeof forwarded !== 'string') {
    return `If there is a reverse proxy, it must send X-Forwarded-Host, and ${SETTING} must contain its address.`;
  }
  if (request.host === forwarded) return 'Open the portal with the host name that the proxy forwards.';
  return `X-Forwarded-Host ${shown(forwarded)} was ignored: ${peer} is not a trusted proxy. Add it to ${SETTING}.`;
}
