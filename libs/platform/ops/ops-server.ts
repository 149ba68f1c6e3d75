import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withDefaultMetrics } from './metrics';

export interface Readiness {
  ok: boolean;
  /** What is wrong and what to do, or what is fine. */
  detail: string;
}

export interface OpsServerOptions {
  /** 0 takes a free port. */
  port: number;
  /** Loopback unless said: metrics are nobody else's business. */
  host?: string;
  /** Asked on each `/readyz`; all parts must be ok. */
  readiness: () => Record<string, Readiness> | Promise<Record<string, Readiness>>;
}

export interface OpsServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `/livez`, `/readyz` (503 with the reasons as JSON) and `/metrics` (Prometheus text). */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const registry = withDefaultMetrics();
  const server = createServer((request, response) => {
    const route = request.url?.split('?')[0];
    answer(route, response).catch((error: unknown) => {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  server.requestTimeout = 5_000;

  async function answer(route: string | undefined, response: ServerResponse): Promise<void> {
    if (route === '/livez') return sendJson(response, 200, { ok: true });
    if (route === '/readyz') {
      const parts = await options.readiness();
      const ok = Object.values(parts).every((part) => part.ok);
      return sendJson(response, ok ? 200 : 503, { ok, parts });
    }
    if (route === '/metrics') {
      const body = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(body);
      return;
    }
    sendJson(response, 404, { error: 'Not found: ask /livez, /readyz or /metrics.' });
  }

  await listen(server, options.port, options.host ?? '127.0.0.1');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new Error(`Port ${port} is in use. Set ICMPMON_OPS_PORT to a free one.`, { cause: error }) : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
