import type { Server } from 'node:http';
import type { Type } from '@nestjs/common';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cookieParser from 'cookie-parser';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { countRequests } from './request-metrics';
import { requestId } from './request-context';
import { assertRoutesDeclareAccess } from './route-declarations';

const BODY_LIMIT = '1mb';
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;

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

export interface HttpAppOptions {
  logger?: LoggerService | false;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed; none unless said. */
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
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    abortOnError: false,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustedProxies ?? false);
  app.set('query parser', 'simple');
  // An ETag here is the version of an aggregate, never a hash of the answer.
  app.set('etag', false);
  app.use(requestId);
  app.use(countRequests);
  app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }));
  app.use('/api', notCached);
  app.use(cookieParser());
  app.useBodyParser('json', { limit: BODY_LIMIT, strict: true });
  assertRoutesDeclareAccess(app);
  return app;
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
