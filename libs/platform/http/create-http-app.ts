import { createServer, type Server } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Type } from '@nestjs/common';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import cookieParser from 'cookie-parser';
import type { Application, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { Authenticator } from './authenticator';
import { answerBrokenRequests } from './broken-requests';
import { compressAnswers } from './compressed-answers';
import { CONNECTIONS_PER_CALLER_MAX, ConnectionLimits, markAuthenticated } from './connection-limits';
import { actorOf } from './permission';
import { answerError } from './problem-filter';
import { closeUnreadBodies } from './request-body';
import { requestId } from './request-context';
import { countRequests } from './request-metrics';
import { assertRoutesDeclareAccess } from './route-declarations';
import { noteUntrustedProxies } from './untrusted-proxies';

const HEADERS_TIMEOUT_MS = 10_000;
/** A request that is not here by then is cut off; its body has less time (`RequestBodyInterceptor`). */
const REQUEST_TIMEOUT_MS = 30_000;
/** Node looks for such clients this often; without the setting, every 30 s only. */
const SLOW_CLIENTS_CHECK_MS = 2_500;
const KEEP_ALIVE_MS = 65_000;
/** Above the 2,000 streams of a process, with room for requests. */
const CONNECTIONS_MAX = 4_096;
const CONNECTIONS_WITHOUT_LOGIN_PER_ADDRESS_MAX = 256;

/** Fits the portal's build and the API's documentation page: everything from here, styles also inline (Angular). */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/** Answers depend on who asks and on the moment. */
function notCached(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** As Nest's own, with what only the making of a server can set. */
class HttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const routes = this.getInstance() as Application;
    this.httpServer = createServer({ connectionsCheckingInterval: SLOW_CLIENTS_CHECK_MS }, routes);
  }
}

/** Answers what comes on a connection beyond the limits with the reason, unless its caller authenticates. */
const refuseBeyond =
  (limits: ConnectionLimits, authenticator: () => Authenticator) =>
  async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const refusal = limits.refusalOf(request.socket);
    if (refusal === null || (refusal.limit === 'address' && (await isKnown(request, authenticator())))) return next();
    response.setHeader('Connection', 'close');
    answerError(new DomainError('unavailable', refusal.detail), request, response);
  };

async function isKnown(request: Request, authenticator: Authenticator): Promise<boolean> {
  try {
    const principal = await authenticator.authenticate(request);
    return principal !== null && markAuthenticated(request.socket, actorOf(principal));
  } catch (error) {
    // Whoever cannot be recognised counts as a stranger, whatever the reason.
    if (error instanceof DomainError) return false;
    throw error;
  }
}

export interface HttpAppOptions {
  logger?: LoggerService | false;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed; none unless set. */
  trustedProxies?: string[];
}

/**
 * A Nest application with the security headers, limits and request ids that all our HTTP applications share; not
 * listening yet.
 * @throws Error when a route declares no permission
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, new HttpAdapter(), {
    bodyParser: false,
    abortOnError: false,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustedProxies ?? false);
  app.set('query parser', 'simple');
  // An ETag here is the version of an aggregate, never a hash of the answer.
  app.set('etag', false);
  const isTrusted = trustOf(app);
  const limits = new ConnectionLimits({
    connectionsMax: CONNECTIONS_MAX,
    perAddressMax: CONNECTIONS_WITHOUT_LOGIN_PER_ADDRESS_MAX,
    perCallerMax: CONNECTIONS_PER_CALLER_MAX,
    isExempt: isTrusted,
  });
  const server = app.getHttpServer() as Server;
  limits.watch(server);
  answerBrokenRequests(server);
  app.use(requestId);
  app.use(cookieParser());
  app.use(refuseBeyond(limits, () => app.get(Authenticator)));
  app.use(closeUnreadBodies);
  app.use(noteUntrustedProxies(isTrusted));
  app.use(countRequests);
  app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }));
  app.use('/api', notCached);
  app.use(compressAnswers);
  assertRoutesDeclareAccess(app);
  return app;
}

/** Whether an address is one of the trusted proxies. */
function trustOf(app: NestExpressApplication): (address: string) => boolean {
  const express = app.getHttpAdapter().getInstance() as Application;
  const trust = express.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return (address) => trust(address, 0);
}

/** Listens, with time limits against clients that never finish. */
export async function listen(app: NestExpressApplication, port: number, host: string): Promise<number> {
  const server = app.getHttpServer() as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await app.listen(port, host);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The HTTP server listens on no TCP port.');
  return address.port;
}
