import { createHttpApp, listen, serveOpenApi } from '@icmp-mon/platform/http';
import { createLogger, NestPinoLogger, startOpsServer, type OpsServer } from '@icmp-mon/platform/ops';
import { BackgroundServices } from '@icmp-mon/platform/plugins';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ApiConfig } from './api-config';
import { ApiModule } from './api.module';
import { serveClient } from './client-download';
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
    { name: 'targets', description: 'The monitored addresses: the list, and each target.' },
    {
      name: 'status',
      description: 'The consensus of the agents on each target, its history, and all changes as a stream.',
    },
    { name: 'results', description: 'Measurements: single results, aggregates per window, live results.' },
    {
      name: 'tiers',
      description: 'Monitoring policies: probe interval, selection of agents, and when a status changes.',
    },
    {
      name: 'agents',
      description: 'The processes at the vantage points: the fleet, its health, and enrolment tokens.',
    },
    { name: 'auth', description: 'Logging in and out, and the list of open logins.' },
    { name: 'access', description: 'Accounts and API keys.' },
    { name: 'operations', description: 'The health of the product itself, and dead letters.' },
    { name: 'commands', description: 'Probes on demand, and the answers of agents.' },
    { name: 'paths', description: 'Paths from agents to targets, where they break, and how they change.' },
    { name: 'baselines', description: 'Usual round-trip times and losses of agents and targets.' },
    { name: 'maintenance', description: 'Planned windows, silences, and the targets that were in them.' },
    { name: 'audit', description: 'Who changed what: the events of the event store, before and after.' },
  ],
};

/** Creates the API as a Nest application, with its OpenAPI document and the portal; it does not listen yet. */
export async function createApi(config: ApiConfig): Promise<NestExpressApplication> {
  const app = await createHttpApp(ApiModule.register(config), {
    logger: new NestPinoLogger(logger),
    ...(config.trustedProxies === undefined ? {} : { trustedProxies: config.trustedProxies }),
  });
  serveOpenApi(app, OPEN_API);
  if (config.clientFile !== undefined) serveClient(app, config.clientFile);
  if (config.portalDir !== undefined) servePortal(app, config.portalDir);
  return app;
}

/** The running API and its ops server. */
export class Api {
  private app: NestExpressApplication | null = null;
  private ops: OpsServer | null = null;

  constructor(private readonly config: ApiConfig) {}

  async start(): Promise<void> {
    const app = await createApi(this.config);
    this.app = app;
    const readiness = app.get(ApiReadiness);
    this.ops = await startOpsServer({ port: this.config.opsPort, readiness: () => readiness.checkAll() });
    await app.get(BackgroundServices).start();
    const port = await listen(app, this.config.apiPort, this.config.apiHost);
    logger.info({ port, opsPort: this.ops.port }, 'listening');
  }

  async stop(): Promise<void> {
    await this.app?.get(BackgroundServices).stop();
    await this.ops?.close();
    // Streams never end by themselves; their clients reconnect to another replica.
    this.app?.getHttpServer().closeAllConnections();
    await this.app?.close();
  }
}
