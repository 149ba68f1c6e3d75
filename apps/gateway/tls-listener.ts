import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { CertificateAuthority } from '@icmp-mon/agents/server';
import { giveRequestId, parseJson, ProblemFilter } from '@icmp-mon/platform/http';
import { createLogger, NestPinoLogger } from '@icmp-mon/platform/ops';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { raw, type Request } from 'express';
import { ConnectionCaps, type ConnectionCapOptions } from './connection-caps';

const JSON_LIMIT = '64kb';
const HEADERS_TIMEOUT_MS = 10_000;
/** A client that needs longer for its whole body is disconnected, even while it sends: after 30 s at the latest, with the check interval. */
const REQUEST_TIMEOUT_MS = 25_000;
/** Interval at which Node checks for such clients; its default is 30 s. */
const SLOW_CLIENTS_CHECK_MS = 2_500;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const CERTIFICATE_CHECK_MS = 10_000;
/** A clock that is set back by more than this was ahead: certificates that it issued may not be valid yet. */
const SET_BACK_MS = 60_000;
const IDLE_SWEEP_MS = 50;
/** Requests without a response by then are cut off; their agents repeat them. */
const CLOSE_TIMEOUT_MS = 6_000;

/** A route without Nest and Express. */
export interface Route {
  matchesRequest(request: IncomingMessage): boolean;
  /** Answers the request in every case; never rejects. */
  answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface TlsListenerOptions {
  name: string;
  module: DynamicModule;
  /** Receives its requests before the module. */
  bypass?: Route;
  authority: CertificateAuthority;
  /** Names and addresses of the listener, for its certificate. */
  hosts: readonly string[];
  /** Clock for agents and certificates. */
  nowMs: () => number;
  /** Accepts only clients with a certificate of the installation's CA. */
  clientCertificates: boolean;
  connections: Omit<ConnectionCapOptions, 'name'>;
  /** Idle time after which a connection without a request is closed. */
  keepAliveMs: number;
  port: number;
  host: string;
}

/** One HTTPS listener with limits against slow clients; renews its certificate while running. */
export class TlsListener {
  private renewal: NodeJS.Timeout | undefined;

  private constructor(
    private readonly app: NestExpressApplication,
    private readonly server: Server,
  ) {}

  /** @throws Error that names the port when it is in use */
  static async open(options: TlsListenerOptions): Promise<TlsListener> {
    const { authority, clientCertificates, hosts } = options;
    const credentials = await authority.issueServerCredentials(hosts);
    const app = await openApp(options);
    const routes = app.getHttpAdapter().getInstance() as RequestListener;
    const { bypass, nowMs } = options;
    const tls = {
      ...tlsOptions(credentials, authority),
      requestCert: clientCertificates,
      rejectUnauthorized: clientCertificates,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      connectionsCheckingInterval: SLOW_CLIENTS_CHECK_MS,
    };
    const server = createServer(tls, (request, response) => {
      giveRequestId(request, response);
      // Our clock in every response: agents estimate their clock offset from it.
      response.setHeader('x-icmpmon-time', String(Math.round(nowMs())));
      if (bypass?.matchesRequest(request)) void bypass.answerRequest(request, response);
      else routes(request, response);
    });
    server.headersTimeout = HEADERS_TIMEOUT_MS;
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    server.keepAliveTimeout = options.keepAliveMs;
    new ConnectionCaps({ ...options.connections, name: options.name }).watchServer(server);
    const listener = new TlsListener(app, server);
    await listener.listenOn(options);
    listener.keepCertificate(options, credentials.notAfter);
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Accepts no more requests and finishes those in progress. */
  async drainRequests(): Promise<void> {
    clearInterval(this.renewal);
    // A connection becomes idle after its last response; one kept alive would delay the end.
    const sweep = setInterval(() => this.server.closeIdleConnections(), IDLE_SWEEP_MS);
    const forceClose = setTimeout(() => this.server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    try {
      if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
    } finally {
      clearInterval(sweep);
      clearTimeout(forceClose);
    }
  }

  /** Closes what the routes use and listeners share; drain every listener first. */
  async close(): Promise<void> {
    await this.app.close();
  }

  private async listenOn({ name, port, host }: TlsListenerOptions): Promise<void> {
    try {
      this.server.listen(port, host);
      await once(this.server, 'listening');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
      throw new Error(`Port ${port} for ${name} is in use. Set another port, or stop the process that uses it.`, {
        cause: error,
      });
    }
  }

  private keepCertificate({ authority, hosts, name, nowMs }: TlsListenerOptions, notAfter: Date): void {
    const logger = createLogger(name);
    let expiresMs = notAfter.getTime();
    let issuedMs = nowMs();
    const lifeMs = expiresMs - issuedMs;
    const renew = async (): Promise<void> => {
      const isSetBack = nowMs() < issuedMs - SET_BACK_MS;
      if (!isSetBack && expiresMs - nowMs() > lifeMs / 2) return;
      const credentials = await authority.issueServerCredentials(hosts);
      this.server.setSecureContext(tlsOptions(credentials, authority));
      expiresMs = credentials.notAfter.getTime();
      issuedMs = nowMs();
      logger.info({ notAfter: credentials.notAfter.toISOString() }, 'listener certificate renewed');
    };
    this.renewal = setInterval(() => {
      renew().catch((error: unknown) => logger.error({ err: error }, 'listener certificate renewal failed'));
    }, CERTIFICATE_CHECK_MS);
    this.renewal.unref();
  }
}

function tlsOptions(
  { key, cert }: { key: string; cert: string },
  authority: CertificateAuthority,
): { key: string; cert: string; ca: string; minVersion: 'TLSv1.2' } {
  return { key, cert, ca: authority.pem, minVersion: 'TLSv1.2' };
}

/** Replaces the body's bytes by the parsed JSON; `{}` for an empty body. */
function readJson(request: Request, _response: unknown, next: () => void): void {
  if (Buffer.isBuffer(request.body)) request.body = parseJson(request.body) ?? {};
  next();
}

async function openApp({ module, name }: TlsListenerOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, new ExpressAdapter(), {
    bodyParser: false,
    abortOnError: false,
    logger: new NestPinoLogger(createLogger(name)),
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(raw({ type: 'application/json', limit: JSON_LIMIT }), readJson);
  app.useGlobalFilters(new ProblemFilter());
  return app.init();
}
