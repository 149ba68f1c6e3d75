import { createHash } from 'node:crypto';
import { Judged, type JudgedAges, JudgedTargets, type NotJudged } from '@icmp-mon/status/contract';
import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { STATUS_PARTICIPANT } from '../status-participant';
import { type ShardAge, staleShards } from './stale-shards';

const LOOK_MS = 1_000;
/**
 * After a pause of the whole process (longer than this), cached facts are out of date, and a read waits up to `NEXT_LOOK_MS_MAX` for fresh
 * ones.
 */
const PAUSED_MS = 3_000;
const NEXT_LOOK_MS_MAX = 1_000;
const TIERS_MAX = 1_000;
const logger = createLogger('judged-shards');

const SHARDS = `
  SELECT shard, extract(epoch FROM judged_at)::float8 * 1000 AS judged_at_ms,
    extract(epoch FROM clock_timestamp() - judged_at)::float8 * 1000 AS age_ms,
    extract(epoch FROM clock_timestamp() - stored_at)::float8 * 1000 AS stored_age_ms
  FROM (SELECT shard, min(log_at) FILTER (WHERE participant = $1) AS judged_at, min(log_at) AS stored_at
        FROM shard_position WHERE shard < $2 GROUP BY shard) AS position`;

const TIERS = `SELECT name, (policy->>'probeIntervalMs')::float8 AS interval_ms FROM tier ORDER BY name LIMIT ${TIERS_MAX}`;

const NEVER_JUDGED: ShardAge = { judgedAtMs: null, ageMs: null, storedAgeMs: null };

interface ShardRow {
  shard: number;
  judged_at_ms: number | null;
  age_ms: number | null;
  stored_age_ms: number | null;
}

interface Facts {
  ages: ShardAge[];
  tiers: { name: string; interval_ms: number }[];
  /** Time of the read by the process's monotonic clock. */
  readAtMs: number;
}

/**
 * Reads every second how far the shards have judged. While the telemetry database does not answer, the ages of the last read grow by this
 * process's own monotonic clock.
 */
export class JudgedShards extends JudgedTargets implements OnModuleInit, OnApplicationShutdown {
  private facts: Facts;
  private latest: Judged | null = null;
  private stale: ReadonlySet<string> = new Set();
  private looking: Promise<void> | null = null;
  private turnedAtMs = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private failing = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
    private readonly shardCount: number,
  ) {
    super();
    const ages = Array.from({ length: shardCount }, () => NEVER_JUDGED);
    this.facts = { ages, tiers: [], readAtMs: performance.now() };
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.nextRead(), LOOK_MS);
    this.nextRead();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  override async now(): Promise<Judged> {
    if (this.latest === null || performance.now() - this.turnedAtMs > PAUSED_MS) {
      this.nextRead();
      if (this.looking !== null) await settlesWithin(this.looking, NEXT_LOOK_MS_MAX);
    }
    return this.latest ?? this.judgeShards();
  }

  override onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private nextRead(): void {
    this.turnedAtMs = performance.now();
    if (this.looking !== null) return void this.judgeShards();
    this.looking = this.readShards().finally(() => {
      this.looking = null;
      this.judgeShards();
    });
  }

  private async readShards(): Promise<void> {
    try {
      const [shards, tiers] = await Promise.all([
        this.telemetry.query<ShardRow>(SHARDS, [STATUS_PARTICIPANT, this.shardCount]),
        this.control.query<{ name: string; interval_ms: number }>(TIERS),
      ]);
      const ages = Array.from({ length: this.shardCount }, () => NEVER_JUDGED);
      for (const row of shards)
        ages[row.shard] = {
          judgedAtMs: row.judged_at_ms,
          ageMs: row.age_ms,
          storedAgeMs: row.stored_age_ms,
        };
      this.facts = { ages, tiers, readAtMs: performance.now() };
      this.failing = false;
    } catch (error) {
      if (!this.failing) logger.warn({ err: error }, 'shard positions could not be read, will retry every second');
      this.failing = true;
    }
  }

  private judgeShards(): Judged {
    const { ages, tiers, readAtMs } = this.facts;
    const unreadMs = performance.now() - readAtMs;
    const { notJudged, stale } = staleShards(ages, tiers, unreadMs, this.stale);
    const before = this.latest?.mark;
    const judged = new Judged(
      ages.map((age) => age.judgedAtMs),
      notJudged,
      markOf(notJudged),
      agesOf(ages, unreadMs),
    );
    this.stale = stale;
    this.latest = judged;
    if (before !== undefined && judged.mark !== before) {
      logger.warn(
        { notJudged },
        judged.mark === '' ? 'all shards judge again' : 'shards do not judge: statuses are shown as unknown',
      );
      for (const listener of this.listeners) listener();
    }
    return judged;
  }
}

function agesOf(ages: readonly ShardAge[], unreadMs: number): JudgedAges {
  const oldest = (known: readonly (number | null)[]): number | null =>
    known.includes(null) ? null : Math.max(0, ...known.map((ageMs) => Math.abs((ageMs ?? 0) + unreadMs)));
  return {
    statusesMs: oldest(ages.map(({ ageMs }) => ageMs)),
    resultsMs: oldest(ages.map(({ storedAgeMs }) => storedAgeMs)),
    unreadMs,
    nowMs: databaseNowMs(ages, unreadMs),
  };
}

function databaseNowMs(ages: readonly ShardAge[], unreadMs: number): number | null {
  for (const { judgedAtMs, ageMs } of ages)
    if (judgedAtMs !== null && ageMs !== null) return judgedAtMs + ageMs + unreadMs;
  return null;
}

function markOf(notJudged: readonly NotJudged[]): string {
  if (notJudged.length === 0) return '';
  return createHash('sha256').update(JSON.stringify(notJudged)).digest('hex').slice(0, 8);
}
