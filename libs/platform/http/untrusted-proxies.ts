import { createLogger } from '@icmp-mon/platform/ops';
import type { NextFunction, Request, Response } from 'express';

const PEERS_MAX = 16;
const logger = createLogger('http');

/** Express middleware: says once of each peer that its `X-Forwarded-*` headers are not believed. */
export function noteUntrustedProxies(isTrusted: (address: string) => boolean) {
  const noted = new Set<string>();
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { remoteAddress } = request.socket;
    if (request.headers['x-forwarded-for'] === undefined || remoteAddress === undefined) return next();
    if (noted.size < PEERS_MAX && !noted.has(remoteAddress) && !isTrusted(remoteAddress)) {
      noted.add(remoteAddress);
      logger.warn(
        { peer: remoteAddress },
        'a peer sends X-Forwarded-For and is no trusted proxy: its clients count as one address; if it is your proxy, name it in ICMPMON_TRUSTED_PROXIES',
      );
    }
    next();
  };
}
