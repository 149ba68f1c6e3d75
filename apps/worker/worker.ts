import { StoredAgentReports } from '@icmp-mon/agents/server';
import {
  AgentPoliciesProjection,
  AgentWatch,
  ASSIGNMENT_GROUP,
  ASSIGNMENT_TOPICS,
  AssignmentProjection,
  FeedPublisher,
} from '@icmp-mon/assignment/server';
import { HealthWatch, ProcessReport } from '@icmp-mon/operations/server';
import { ControlDatabase, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import type { Relay } from '@icmp-mon/platform/event-store';
import { LeaseKeeper } from '@icmp-mon/platform/leases';
import { Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import {
  type App,
  createLogger,
  doEach,
  type OpsServer,
  PRODUCT_VERSION,
  type Readiness,
  startOpsServer,
} from '@icmp-mon/platform/ops';
import { TickProducer } from '@icmp-mon/shard/engine';
import { eventRelay } from './event-relay';
import { Housekeeping } from './housekeeping';
import type { WorkerConfig } from './worker-config';

const TICK_LEASE = 'ticks';

/** The relay, assignment, the shards' feed and ticks, housekeeping, and the watch over the product's own health. What may run only once holds a lock or a lease. */
export class WorkerApp implements App {
  readonly name = 'worker';
  private readonly logger = createLogger('worker');
  private readonly control: ControlDatabase;
  private readonly telemetry: TelemetryDatabase;
  private readonly messaging: Messaging;
  private readonly relay: Relay<OutgoingMessage>;
  private readonly publisher: FeedPublisher;
  private readonly agentWatch: AgentWatch;
  private readonly tickLease: LeaseKeeper;
  private readonly ticks: TickProducer;
  private readonly housekeeping: Housekeeping;
  private readonly healthWatch: HealthWatch;
  private readonly report: ProcessReport;
  private ops: OpsServer | null = null;

  constructor(private readonly config: WorkerConfig) {
    const { logger } = this;
    const { kafkaBrokers: brokers, topicPrefix, shardCount } = config;
    this.control = new ControlDatabase({ url: config.controlDatabaseUrl, applicationName: 'worker' });
    this.telemetry = new TelemetryDatabase({ url: config.telemetryDatabaseUrl, applicationName: 'worker' });
    this.messaging = new Messaging({ brokers, topicPrefix, clientId: 'worker' });
    this.relay = eventRelay(config.controlDatabaseUrl, this.messaging);
    this.publisher = new FeedPublisher({ database: this.control, messaging: this.messaging });
    this.agentWatch = new AgentWatch({
      database: this.control,
      reports: new StoredAgentReports(this.telemetry, this.messaging),
      shardCount,
      holdDownMaxMs: config.holdDownMaxS * 1_000,
    });
    // Beside the shards' checkpoints: while these cannot be written, nothing needs to age.
    this.tickLease = new LeaseKeeper(this.telemetry, TICK_LEASE, { onGained: () => undefined });
    this.ticks = new TickProducer(this.telemetry, this.messaging, this.tickLease, shardCount, logger);
    this.housekeeping = new Housekeeping({
      redisUrl: config.redisUrl,
      prefix: `${topicPrefix}:jobs`,
      control: this.control,
      telemetry: this.telemetry,
      telemetryUrl: config.telemetryDatabaseUrl,
      retention: config,
      logger,
    });
    this.healthWatch = healthWatch(config, this.control, this.telemetry, this.messaging);
    this.report = new ProcessReport(this.control, {
      app: this.name,
      version: PRODUCT_VERSION,
      readiness: () => this.readiness(),
    });
  }

  async start(): Promise<void> {
    this.ops = await startOpsServer({ port: this.config.opsPort, readiness: () => this.readiness() });
    this.relay.start();
    const assignment = new AssignmentProjection(this.config.shardCount);
    await this.messaging.consumeGroup({
      group: ASSIGNMENT_GROUP,
      topics: ASSIGNMENT_TOPICS,
      database: this.control,
      handle: (sql, messages) => assignment.handle(sql, messages),
    });
    const policies = new AgentPoliciesProjection(this.config.shardCount);
    await this.messaging.consumeGroup({
      group: AgentPoliciesProjection.group,
      topics: AgentPoliciesProjection.topics,
      database: this.control,
      handle: (sql, messages) => policies.handle(sql, messages),
    });
    this.publisher.start();
    this.agentWatch.start();
    this.tickLease.start();
    this.ticks.start();
    this.housekeeping.start();
    this.healthWatch.start();
    this.report.start();
  }

  async stop(): Promise<void> {
    await doEach([
      () => this.report.stop(),
      () => this.healthWatch.stop(),
      () => Promise.all([this.ticks.stop(), this.agentWatch.stop()]),
      () => Promise.all([this.tickLease.stop(), this.publisher.stop(), this.relay.stop(), this.housekeeping.stop()]),
      () => this.messaging.close(),
      () => Promise.all([this.control.close(), this.telemetry.close()]),
      () => this.ops?.close(),
    ]);
  }

  private async readiness(): Promise<Record<string, Readiness>> {
    const [control, telemetry, kafka] = await Promise.all([
      answers(this.control, 'control database'),
      answers(this.telemetry, 'telemetry database'),
      this.messaging.check(),
    ]);
    return { control, telemetry, kafka, ticks: this.ticks.readiness() };
  }
}

function healthWatch(
  config: WorkerConfig,
  control: ControlDatabase,
  telemetry: TelemetryDatabase,
  messaging: Messaging,
): HealthWatch {
  const { healthThresholds, disks, heartbeatUrl, heartbeatIntervalS } = config;
  return new HealthWatch({
    sources: { control, telemetry, messaging, thresholds: healthThresholds, disks },
    ...(heartbeatUrl && { heartbeat: { url: heartbeatUrl, intervalMs: heartbeatIntervalS * 1_000 } }),
  });
}

async function answers(sql: Sql, name: string): Promise<Readiness> {
  try {
    await sql.query('SELECT 1');
    return { ok: true, detail: `the ${name} answers` };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
