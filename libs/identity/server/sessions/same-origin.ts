import { DomainError } from '@icmp-mon/platform/errors';
import type { Request } from 'express';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const SHOWN_MAX = 200;
const SETTING = 'ICMPMON_TRUSTED_PROXIES';

/** A header fit to be repeated in a message. */
const shown = (header: string): string => header.replace(/[^\x21-\x7e]/g, '?').slice(0, SHOWN_MAX);

/**
 * Refuses a change that a browser sends with its cookies on behalf of another site. Browsers name the origin on every
 * such request; one without is no browser and has no business with cookies. The host to compare with is the one that the
 * browser asked: of `X-Forwarded-Host` when a trusted proxy sends it, of `Host` otherwise.
 * @throws DomainError `forbidden` that names both, and what to set when a proxy stands between
 */
export function requireSameOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  if (origin === undefined) {
    throw new DomainError(
      'forbidden',
      'A change with a session cookie must come from the portal itself (Origin). Services use an API key.',
    );
  }
  const host = request.host as string | undefined;
  if (host !== undefined && URL.canParse(origin) && new URL(origin).host === hostAt(origin, host)) return;
  throw new DomainError(
    'forbidden',
    `The Origin ${shown(origin)} is not the host that was asked, ${shown(host ?? 'none')}. ${proxyAdvice(request)}`,
  );
}

/** The host as an URL of the origin's scheme writes it, without that scheme's own port; null when it is none. */
function hostAt(origin: string, host: string): string | null {
  const url = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : null;
}

function proxyAdvice(request: Request): string {
  const forwarded = request.headers['x-forwarded-host'];
  const peer = request.socket.remoteAddress ?? 'unknown';
  if (typeof forwarded !== 'string') {
    return `If a reverse proxy stands between, let it send X-Forwarded-Host and name its address in ${SETTING}.`;
  }
  if (request.host === forwarded) return 'Open the portal under the host that the proxy forwards.';
  return `X-Forwarded-Host ${shown(forwarded)} was not believed: ${peer} is no trusted proxy. Name it in ${SETTING}.`;
}
