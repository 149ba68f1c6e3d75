import { shardOf } from '@icmp-mon/probing/contract';
import type { ShownReason, Status } from './status';

/** A target's status as shown to readers. */
interface ShownStatus {
  status: Status;
  reason: ShownReason | null;
  since: string | null;
}

/** Tiers and shards whose targets were not judged for three intervals. */
export interface NotJudged {
  tiers: string[];
  shards: number[];
}

/** Ages in ms at the time of the read; null without data. */
export interface JudgedAges {
  /** Age of the last judgement of the oldest shard. */
  statusesMs: number | null;
  /** Age of the results that the oldest shard has stored. */
  resultsMs: number | null;
  /** Time since the database was last read. */
  unreadMs: number;
  /** Time by the databases' clock in ms since 1970, to which all other times refer; null until a shard has judged. */
  nowMs: number | null;
}

/** Immutable snapshot of how far each shard has judged, and of the targets whose statuses are out of date. */
export class Judged {
  private readonly stale: ReadonlySet<string>;

  constructor(
    /** By shard: the time of its last judgement in ms since 1970, by the shard's own log; null if it has never judged. */
    private readonly judgedAtMs: readonly (number | null)[],
    readonly notJudged: readonly NotJudged[] = [],
    /** Identifies `notJudged`: two snapshots with the same mark show the same statuses. Empty while every shard judges. */
    readonly mark = '',
    readonly ages: JudgedAges = { statusesMs: null, resultsMs: null, unreadMs: 0, nowMs: null },
  ) {
    const names = notJudged.flatMap(({ tiers, shards }) => tiers.flatMap((tier) => shards.map((s) => `${s} ${tier}`)));
    this.stale = new Set(names);
  }

  get shardCount(): number {
    return this.judgedAtMs.length;
  }

  /** Time up to which each shard has judged, ISO 8601. */
  get byShard(): (string | null)[] {
    return this.judgedAtMs.map(isoOf);
  }

  /** Time up to which every shard has judged; null while one has judged nothing. */
  get oldest(): string | null {
    const known = this.judgedAtMs.filter((atMs) => atMs !== null);
    return known.length < this.shardCount || known.length === 0 ? null : isoOf(Math.min(...known));
  }

  /** Returns up to when the target's shard has judged. */
  asOf(key: number): string | null {
    return isoOf(this.judgedAtMs[shardOf(key, this.shardCount)] ?? null);
  }

  covers({ key, tier }: { key: number; tier: string }): boolean {
    return !this.stale.has(`${shardOf(key, this.shardCount)} ${tier}`);
  }

  /** Returns the status to show: unknown since the last judgement of its shard if that is out of date. */
  shown(target: { key: number; tier: string }, stored: ShownStatus): ShownStatus {
    // A target without any judgement has no status that could be out of date.
    if (stored.reason === null || this.covers(target)) return stored;
    return { status: 'unknown', reason: 'not_judged', since: this.asOf(target.key) };
  }
}

const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

/** Source of `Judged` snapshots. The API binds it to the context status. */
export abstract class JudgedTargets {
  abstract now(): Promise<Judged>;

  /** Calls `listener` when the set of targets that are not judged changes. Returns a function that unsubscribes. */
  abstract onChange(listener: () => void): () => void;
}
