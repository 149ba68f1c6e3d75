import { createHttpApp, listen, serveOpenApi } from '@icmp-mon/platform/http';
import { createLogger, NestPinoLogger, startOpsServer, type OpsServer } from '@icmp-mon/platform/ops';
import { BackgroundServices } from '@icmp-mon/platform/plugins';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ApiConfig } from './api-config';
import { ApiModule } from './api.module';
import { servePortal } from './portal-files';
import { ApiReadiness } from './readiness';

const logger = createLogger('api');

const OPEN_API = {
  title: 'ICMP-Mon',
  description:
    'Reachability of large networks: targets, their status from many vantage points, and the measurements behind it.',
  version: '1',
  pagePath: '/api/docs',
  jsonPath: '/api/openapi.json',
  tags: [
    { name: 'targets', description: 'The addresses that are monitored: the list, and each of them.' },
    {
      name: 'status',
      description: 'What the agents agree on for a target, how it changed, and all changes as a stream.',
    },
    { name: 'results', description: 'What was measured: single results, figures of windows, live results.' },
    { name: 'tiers', description: 'How targets are monitored: how often, by which agents, and when a status changes.' },
    { name: 'agents', description: 'The processes on vantage points: the fleet, its health, and tokens to join it.' },
    { name: 'auth', description: 'Logging in and out, and logins that are open.' },
    { name: 'access', description: 'Accounts and API keys.' },
    { name: 'operations', description: 'The health of the product itself, and messages that could not be handled.' },
  ],
};

/** The API as a Nest application, its documents and the portal mounted, not listening yet. */
export async function createApi(config: ApiConfig): Promise<NestExpressApplication> {
  const app = await createHttpApp(ApiModule.register(config), {
    logger: new NestPinoLogger(logger),
    ...(config.trustedProxies === undefined ? {} : { trustedProxies: config.trustedProxies }),
  });
  serveOpenApi(app, OPEN_API);
  if (config.portalDir !== undefined) servePortal(app, config.portalDir);
  return app;
}

/** The running API with its ops server. */
export class Api {
  private app: NestExpressApplication | null = null;
  private ops: OpsServer | null = null;

  constructor(private readonly config: ApiConfig) {}

  async start(): Promise<void> {
    const app = await createApi(this.config);
    this.app = app;
    const readiness = app.get(ApiReadiness);
    this.ops = await startOpsServer({ port: this.config.opsPort, readiness: () => readiness.read() });
    await app.get(BackgroundServices).start();
    const port = await listen(app, this.config.apiPort, this.config.apiHost);
    logger.info({ port, opsPort: this.ops.port }, 'listening');
  }

  async stop(): Promise<void> {
    await this.app?.get(BackgroundServices).stop();
    await this.ops?.close();
    // Streams never end by themselves; their clients reconnect to whoever serves next.
    this.app?.getHttpServer().closeAllConnections();
    await this.app?.close();
  }
}
