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
import { answerError, refuseOtherMethods } from './problem-filter';
import { closeUnreadBodies } from './request-body';
import { requestId } from './request-context';
import { countRequests } from './request-metrics';
import { assertRoutesDeclareAccess } from './route-declarations';
import { noteUntrustedProxies } from './untrusted-proxies';

const HEADERS_TIMEOUT_MS = 10_000;
/**
 * Node closes the connection of a request that has not arrived completely after this long: the time of a file (`streamedBody`). A JSON body
 * has less (`RequestBodyInterceptor`), and a body that the route leaves unread is not waited for (`closeUnreadBodies`).
 */
const REQUEST_TIMEOUT_MS = 120_000;
/** Interval of Node's check for timed-out requests; its default is 30 s. */
const SLOW_CLIENTS_CHECK_MS = 2_500;
const KEEP_ALIVE_MS = 65_000;
/** More than the 2,000 event streams of one process (`STREAMS_MAX`), so that requests are still served when all streams are open. */
const CONNECTIONS_MAX = 4_096;
const CONNECTIONS_WITHOUT_LOGIN_PER_ADDRESS_MAX = 256;

/** For the portal and the API's documentation page: all content from this origin; inline styles are allowed because Angular needs them. */
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

/** Express middleware: forbids caching, because answers depend on the caller and change at any time. */
function notCached(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** Nest's Express adapter with an option that can be set only when the server is created. */
class HttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const routes = this.getInstance() as Application;
    this.httpServer = createServer({ connectionsCheckingInterval: SLOW_CLIENTS_CHECK_MS }, routes);
  }
}

/** Express middleware: answers a request on a connection beyond the limits with the reason, unless its caller authenticates. */
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
    // A caller that cannot be authenticated counts as anonymous, regardless of the reason.
    if (error instanceof DomainError) return false;
    throw error;
  }
}

export interface HttpAppOptions {
  logger?: LoggerService | false;
  /** Addresses of proxies whose `X-Forwarded-*` headers are trusted. Default: none. */
  trustedProxies?: string[];
}

/**
 * Creates a Nest application with the security headers, limits and request ids that all HTTP applications of the product share. It does
 * not listen yet.
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
  // ETags are versions of aggregates (`@Versioned`), never hashes of answers.
  app.set('etag', false);
  const isTrusted = trustOf(app);
  const limits = new ConnectionLimits({
    connectionsMax: CONNECTIONS_MAX,
    perAddressMax: CONNECTIONS_WITHOUT_LOGIN_PER_ADDRESS_MAX,
    perCallerMax: CONNECTIONS_PER_CALLER_MAX,
    isExempt: isTrusted,
  });
  const server = app.getHttpServer() as Server;
  limits.watchServer(server);
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
  app.use(refuseOtherMethods);
  assertRoutesDeclareAccess(app);
  return app;
}

/** Returns the function that checks whether an address is a trusted proxy. */
function trustOf(app: NestExpressApplication): (address: string) => boolean {
  const express = app.getHttpAdapter().getInstance() as Application;
  const trust = express.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return (address) => trust(address, 0);
}

/** Starts listening, with timeouts for clients that never complete a request. Returns the port. */
export async function listen(app: NestExpressApplication, port: number, host: string): Promise<number> {
  const server = app.getHttpServer() as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await app.listen(port, host);
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The HTTP server does not listen on a TCP port.');
  return address.port;
}
