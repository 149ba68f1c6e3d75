import { shardOf } from '@icmp-mon/probing/contract';
import type { ShownReason, Status } from './status';

/** What a target's status is, however it is read. */
export interface ShownStatus {
  status: Status;
  reason: ShownReason | null;
  since: string | null;
}

/** Targets of these tiers in these shards have not been judged for three intervals. */
export interface NotJudged {
  tiers: string[];
  shards: number[];
}

/** Ages in ms when it was looked; null while there is nothing. */
export interface JudgedAges {
  /** Of what the oldest shard has judged. */
  statusesMs: number | null;
  /** Of the results that the oldest shard has stored. */
  resultsMs: number | null;
  /** Since the database said so. */
  unreadMs: number;
  /** The databases' clock, ms since 1970, which all times refer to; null until a shard has judged. */
  nowMs: number | null;
}

/** How far each shard has judged, and whose statuses cannot be relied on: one moment, immutable. */
export class Judged {
  private readonly stale: ReadonlySet<string>;

  constructor(
    /** By shard, in ms since 1970 by the shard's own log; null where nothing was ever judged. */
    private readonly judgedAtMs: readonly (number | null)[],
    readonly notJudged: readonly NotJudged[] = [],
    /** Names `notJudged`: two moments with the same mark show the same. Empty while every shard is judged. */
    readonly mark = '',
    readonly ages: JudgedAges = { statusesMs: null, resultsMs: null, unreadMs: 0, nowMs: null },
  ) {
    const names = notJudged.flatMap(({ tiers, shards }) => tiers.flatMap((tier) => shards.map((s) => `${s} ${tier}`)));
    this.stale = new Set(names);
  }

  get shardCount(): number {
    return this.judgedAtMs.length;
  }

  /** Up to when each shard has judged, ISO 8601. */
  get byShard(): (string | null)[] {
    return this.judgedAtMs.map(isoOf);
  }

  /** Up to when every shard has judged; null while one has judged nothing. */
  get oldest(): string | null {
    const known = this.judgedAtMs.filter((atMs) => atMs !== null);
    return known.length < this.shardCount || known.length === 0 ? null : isoOf(Math.min(...known));
  }

  /** Up to when the shard of a target has judged. */
  asOf(key: number): string | null {
    return isoOf(this.judgedAtMs[shardOf(key, this.shardCount)] ?? null);
  }

  covers({ key, tier }: { key: number; tier: string }): boolean {
    return !this.stale.has(`${shardOf(key, this.shardCount)} ${tier}`);
  }

  /** The status as it may be shown: unknown since its shard judged last, where nobody judges. */
  shown(target: { key: number; tier: string }, stored: ShownStatus): ShownStatus {
    // What was never judged claims nothing.
    if (stored.reason === null || this.covers(target)) return stored;
    return { status: 'unknown', reason: 'not_judged', since: this.asOf(target.key) };
  }
}

const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

/** Knows what every shard has judged. The API composes it with the statuses' own. */
export abstract class JudgedTargets {
  abstract now(): Promise<Judged>;

  /** Calls `listener` when other targets than before are not judged; returns what ends that. */
  abstract onChange(listener: () => void): () => void;
}
