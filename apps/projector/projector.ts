import { hostname } from 'node:os';
import { Redis } from 'ioredis';
import { AgentHealthProjection, UncountedNoticeWriter, UncountedParticipant } from '@icmp-mon/agents/server';
import { ProcessReport } from '@icmp-mon/operations/server';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { type GroupConsumer, Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import {
  createLogger,
  doEach,
  type App,
  type OpsServer,
  PRODUCT_VERSION,
  type Readiness,
  startOpsServer,
} from '@icmp-mon/platform/ops';
import { ShardHost, type ShardDirectory, type ShardParticipant } from '@icmp-mon/shard/engine';
import { AgentNumbers, RedisLiveBus, SeriesParticipant } from '@icmp-mon/probing/server';
import { StatusParticipant, StatusPublisher } from '@icmp-mon/status/server';
import { TargetListProjection } from '@icmp-mon/targets/server';
import type { ProjectorConfig } from './config';
import { observeShards } from './shard-metrics';

/** Composes the shard's participants with the host that owns shards, and the projections of domain events. */
export class Projector implements App {
  readonly name = 'projector';
  private readonly logger = createLogger('projector');
  private readonly control: ControlDatabase;
  private readonly telemetry: TelemetryDatabase;
  private readonly messaging: Messaging;
  private readonly redis: Redis;
  private readonly liveBus: RedisLiveBus;
  private readonly agentNumbers: AgentNumbers;
  private readonly publisher: StatusPublisher;
  private readonly notices: UncountedNoticeWriter;
  readonly host: ShardHost;
  private consumers: GroupConsumer[] = [];
  private ops: OpsServer | null = null;
  private readonly report: ProcessReport;

  constructor(private readonly config: ProjectorConfig) {
    const { logger } = this;
    const applicationName = 'icmp-mon projector';
    this.control = new ControlDatabase({ url: config.controlDatabaseUrl, applicationName });
    this.telemetry = new TelemetryDatabase({ url: config.telemetryDatabaseUrl, applicationName });
    this.messaging = new Messaging({
      brokers: config.kafkaBrokers,
      topicPrefix: config.topicPrefix,
      clientId: 'projector',
    });
    this.redis = new Redis(config.redisUrl, {
      maxRetriesPerRequest: 1,
      commandTimeout: 2_000,
      // What a commit says to those who watch goes out together.
      enableAutoPipelining: true,
    });
    const warn = (message: string, error: unknown): void => logger.warn({ err: error }, message);
    this.redis.on('error', (error) => warn('redis is away: live views wait', error));
    this.liveBus = new RedisLiveBus(this.redis, config.topicPrefix, warn);
    this.agentNumbers = new AgentNumbers(this.telemetry);
    this.host = new ShardHost({
      database: this.telemetry,
      telemetryUrl: config.telemetryDatabaseUrl,
      shardCount: config.shardCount,
      holder: `${hostname()}:${process.pid}:${Date.now()}`,
      openLog: () => this.messaging.openLog(SHARD_TOPIC),
      participants: (shard, directory) => this.participants(shard, directory),
      logger,
    });
    const owned = (): number[] => this.host.owners().map(({ shard }) => shard);
    this.publisher = new StatusPublisher(this.telemetry, this.messaging, owned, logger);
    this.notices = new UncountedNoticeWriter(this.telemetry, this.control);
    this.report = new ProcessReport(this.control, {
      app: this.name,
      version: PRODUCT_VERSION,
      readiness: () => this.readiness(),
    });
  }

  private participants(shard: number, directory: () => ShardDirectory): ShardParticipant[] {
    return [
      new StatusParticipant(shard, directory, () => this.publisher.kick(shard)),
      new SeriesParticipant(shard, directory, this.agentNumbers, this.liveBus),
      new UncountedParticipant(shard),
    ];
  }

  async start(): Promise<void> {
    observeShards(this.host, () => this.messaging.bounds([SHARD_TOPIC]));
    this.liveBus.start();
    this.host.start();
    this.publisher.start();
    this.notices.start();
    const list = new TargetListProjection();
    const health = new AgentHealthProjection();
    this.consumers = [
      await this.messaging.consumeGroup({
        group: list.group,
        topics: list.topics,
        database: this.control,
        handle: list.handle,
      }),
      await this.messaging.consumeGroup({
        group: AgentHealthProjection.group,
        topics: AgentHealthProjection.topics,
        database: this.telemetry,
        handle: (sql, messages) => health.handle(sql, messages),
      }),
    ];
    this.ops = await startOpsServer({ port: this.config.opsPort, readiness: () => this.readiness() });
    this.report.start();
  }

  async stop(): Promise<void> {
    await doEach([
      () => this.report.stop(),
      // Its last commit may change statuses, which are published before Kafka is left.
      () => this.host.stop(),
      () => this.publisher.stop(),
      () => this.notices.stop(),
      () => this.messaging.close(),
      () => this.liveBus.stop(),
      () => this.redis.disconnect(),
      () => this.control.close(),
      () => this.telemetry.close(),
      () => this.ops?.close(),
    ]);
  }

  private async readiness(): Promise<Record<string, Readiness>> {
    return {
      shards: this.host.readiness(),
      kafka: await this.messaging.check(),
      targetList: readinessOf(this.consumers[0]),
      agentHealth: readinessOf(this.consumers[1]),
    };
  }
}

function readinessOf(consumer: GroupConsumer): Readiness {
  return { ok: consumer.trouble === null, detail: consumer.trouble ?? 'follows its topics' };
}
