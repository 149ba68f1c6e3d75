import { createLogger } from './logger';
import { withDefaultMetrics } from './metrics';
import { type OpsAnswer, startOpsThread } from './ops-thread';

export interface Readiness {
  ok: boolean;
  /** The fault and what to do, or a confirmation. */
  detail: string;
}

export interface OpsServerOptions {
  /** 0 takes a free port. */
  port: number;
  /** Address to listen on. Default: loopback, because metrics must not be public. */
  host?: string;
  /** Called for each `/readyz`. The process is ready if all parts are ok. */
  readiness: () => Record<string, Readiness> | Promise<Record<string, Readiness>>;
}

export interface OpsServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves `/livez`, `/readyz` (503 with the reasons as JSON) and `/metrics` (Prometheus text). A separate thread answers `/livez`, also while the
 * event loop is busy: 503 if the event loop has made no turn for a minute.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const registry = withDefaultMetrics();

  async function answer(route: '/readyz' | '/metrics'): Promise<OpsAnswer> {
    if (route === '/metrics') {
      return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
    }
    const parts = await options.readiness();
    const ok = Object.values(parts).every((part) => part.ok);
    return json(ok ? 200 : 503, { ok, parts });
  }

  try {
    return await startOpsThread({
      port: options.port,
      host: options.host ?? '127.0.0.1',
      answer: (route) =>
        answer(route).catch((error: unknown) =>
          json(500, { error: error instanceof Error ? error.message : String(error) }),
        ),
      onLost: (error) => {
        createLogger('ops').fatal(
          { err: error },
          'the ops thread failed; exiting, so that the supervisor restarts the process',
        );
        process.exit(1);
      },
    });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken) throw error;
    throw new Error(`Port ${options.port} is in use. Set ICMPMON_OPS_PORT to a free one.`, { cause: error });
  }
}

function json(status: number, body: object): OpsAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
