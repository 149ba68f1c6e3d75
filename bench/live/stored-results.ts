import { setTimeout as delay } from 'node:timers/promises';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { encodeSeriesBody, SeriesBuilder, windowStart } from '@icmp-mon/probing/wire';
import { LivePublisher, type LiveRow, RedisLiveBus } from '@icmp-mon/probing/server';
import { Redis } from 'ioredis';
import pg from 'pg';

const WATCHED_WITHIN_MS = 30_000;
const NO_HISTOGRAM = Buffer.alloc(0);
const INSERT = `
  INSERT INTO probe_recent (target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us,
    rtt_max_us, rtt_sum_us, jitter_sum_us, jitter_count, histogram, body, position)
  SELECT key, 1, key % $1, $2, $3, $3, 0, 0, 100, 100, 100, 0, 0, $4, body, $5
  FROM unnest($6::integer[], $7::bytea[]) AS fragment (key, body)`;

/** Stores results as the projector's commits do, one result per agent and target, and publishes them to the watching clients. */
export class StoredResults {
  private position = 0;
  private atMs = 0;
  private readonly bus: RedisLiveBus;
  private readonly publishers: LivePublisher[];

  private constructor(
    private readonly client: pg.Client,
    private readonly redis: Redis,
    { topicPrefix, shardCount }: { topicPrefix: string; shardCount: number },
    private readonly agents: number,
  ) {
    this.bus = new RedisLiveBus(redis, topicPrefix, (message, error) => console.error(message, error));
    this.bus.start();
    this.publishers = Array.from({ length: shardCount }, (_, shard) => new LivePublisher(shard, this.bus));
  }

  static async open(
    { telemetryDatabaseUrl, redisUrl }: { telemetryDatabaseUrl: string; redisUrl: string },
    { topicPrefix, shardCount, agents }: { topicPrefix: string; shardCount: number; agents: number },
  ): Promise<StoredResults> {
    const client = new pg.Client({ connectionString: telemetryDatabaseUrl });
    await client.connect();
    for (let nr = 1; nr <= agents; nr++) {
      const id = `0199d3a0-0000-7000-8000-${String(nr).padStart(12, '0')}`;
      await client.query('INSERT INTO agent_no (agent_id, name) VALUES ($1, $2)', [id, `agent-${nr}`]);
    }
    return new StoredResults(
      client,
      new Redis(redisUrl, { enableAutoPipelining: true }),
      { topicPrefix, shardCount },
      agents,
    );
  }

  /** Resolves when this process has learned, as a projector does, that clients watch the targets. */
  async waitUntilWatched(keys: readonly number[]): Promise<void> {
    const lateMs = Date.now() + WATCHED_WITHIN_MS;
    while (!keys.every((key) => this.bus.watchedKeys().has(key))) {
      if (Date.now() > lateMs)
        throw new Error('The api did not publish within 30 s that its clients watch their targets.');
      await delay(10);
    }
  }

  /** Returns prepared bodies of the targets' rows. */
  makeBodies(keys: readonly number[]): Buffer[] {
    return keys.map((key) => Buffer.from(encodeSeriesBody(this.samplesOf(key).buildSamples())));
  }

  /** Makes one commit; returns the sum of its events' ids for one target (`serve-clients.ts`). */
  async commitRows(keys: readonly number[], bodies: readonly Buffer[]): Promise<number> {
    const position = ++this.position;
    const startMs = windowStart(Date.now());
    const shards = this.publishers.length;
    const watchedRows = this.publishers.map(() => new Map<number, LiveRow[]>());
    keys.forEach((key, at) => {
      if (this.bus.watchedKeys().has(key))
        watchedRows[key % shards].set(key, [{ check: 1, startMs, body: bodies[at] }]);
    });
    const told = this.publishers.map((publisher, shard) => publisher.prepareMessages(position, watchedRows[shard]));
    await this.client.query(INSERT, [shards, new Date(startMs), this.agents, NO_HISTOGRAM, position, keys, bodies]);
    for (const tell of told) tell();
    return Array.from({ length: this.agents }, (_, at) => position * 1_000 + at).reduce((sum, id) => sum + id, 0);
  }

  async close(): Promise<void> {
    await this.bus.stop();
    this.redis.disconnect();
    await this.client.end();
  }

  private samplesOf(key: number): SeriesBuilder {
    const builder = new SeriesBuilder(this.agents, this.agents);
    this.atMs = (this.atMs + 37) % 290_000;
    for (let agent = 1; agent <= this.agents; agent++) {
      builder.addSample(agent, this.atMs + agent * 3, OUTCOME.reply, 900 + ((key * 7 + this.atMs) % 40_000));
    }
    return builder;
  }
}
