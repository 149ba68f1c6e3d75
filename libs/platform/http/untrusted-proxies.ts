import { createLogger } from '@icmp-mon/platform/ops';
import type { NextFunction, Request, Response } from 'express';

const PEERS_MAX = 16;
const logger = createLogger('http');

/** Express middleware: logs once per peer that its `X-Forwarded-*` headers are ignored because it is not a trusted proxy. */
export function noteUntrustedProxies(isTrusted: (address: string) => boolean) {
  const noted = new Set<string>();
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { remoteAddress } = request.socket;
    if (request.headers['x-forwarded-for'] === undefined || remoteAddress === undefined) return next();
    if (noted.size < PEERS_MAX && !noted.has(remoteAddress) && !isTrusted(remoteAddress)) {
      noted.add(remoteAddress);
      logger.warn(
        { peer: remoteAddress },
        'X-Forwarded-For ignored: the peer is not a trusted proxy, so all its clients count as one address. If it is your proxy, add it to ICMPMON_TRUSTED_PROXIES',
      );
    }
    next();
  };
}
