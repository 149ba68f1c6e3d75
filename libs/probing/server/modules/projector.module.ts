import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { isFormerPrimary } from '@icmp-mon/platform/errors';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import { BackgroundServices, Installation } from '@icmp-mon/platform/plugins';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { AgentNumbers, postgresAgentNumbers } from '../agent-numbers';
import { postgresSeriesTables } from '../postgres-series-tables';
import { RedisLiveBus } from '../redis-live-bus';
import { SeriesParticipant } from '../series-participant';

const REDIS_ANSWER_MS_MAX = 2_000;

@Module({})
export class ProbingProjectorModule {
  private readonly warnings = new SparseWarnings(createLogger('live-bus'));

  constructor(
    telemetry: TelemetryDatabase,
    { redisUrl, topicPrefix }: Installation,
    participants: ShardParticipants,
    services: BackgroundServices,
  ) {
    const warn = (message: string, error: unknown): void => this.warnings.warn(message, error);
    const redis = new Redis(redisUrl, {
      maxRetriesPerRequest: 1,
      commandTimeout: REDIS_ANSWER_MS_MAX,
      reconnectOnError: isFormerPrimary,
      // Messages of one commit to live views are sent together.
      enableAutoPipelining: true,
    });
    redis.on('error', (error) => warn('Redis does not answer: live views are up to 5 s late', error));
    const bus = new RedisLiveBus(redis, topicPrefix, warn);
    const agentNumbers = new AgentNumbers(postgresAgentNumbers(telemetry));
    participants.plug({
      name: 'series',
      create: (shard, directory) =>
        new SeriesParticipant(shard, directory, { tables: postgresSeriesTables, agentNumbers, liveBus: bus }),
    });
    services.plug({
      name: 'live bus',
      stage: 'base',
      start: () => bus.start(),
      stop: async () => {
        await bus.stop();
        redis.disconnect();
      },
    });
  }
}
