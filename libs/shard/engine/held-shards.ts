import { LogOffsetOutOfBounds } from '@icmp-mon/platform/messaging';
import type { Readiness } from '@icmp-mon/platform/ops';
import type { EngineTime } from './engine-time';
import type { OwnedShard } from './owned-shard';

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;

/** Failures of a shard since its last successful commit, and when the next attempt may start. */
interface Trouble {
  failures: number;
  retryAtMs: number;
  reason: string;
}

/** The shards in this process's memory, and the failed attempts to hold others. */
export class HeldShards<T> {
  private readonly held = new Map<number, OwnedShard<T>>();
  private readonly troubles = new Map<number, Trouble>();
  /** A shard that will be given up for another projector. */
  excess: OwnedShard<T> | null = null;

  constructor(private readonly time: EngineTime) {}

  get size(): number {
    return this.held.size;
  }

  /** Returns a copy: shards may be added and removed during iteration. */
  all(): OwnedShard<T>[] {
    return [...this.held.values()];
  }

  has(shard: number): boolean {
    return this.held.has(shard);
  }

  add(owned: OwnedShard<T>): void {
    this.held.set(owned.shard, owned);
  }

  remove(shard: number): void {
    this.held.delete(shard);
  }

  /** Whether this process still holds exactly this takeover of the shard: neither lost nor taken over again since. */
  isCurrent(owned: OwnedShard<T>): boolean {
    return this.held.get(owned.shard) === owned && !owned.failure;
  }

  mayTry(shard: number): boolean {
    const trouble = this.troubles.get(shard);
    return !trouble || this.time.nowMs() >= trouble.retryAtMs;
  }

  noteFailure(shard: number, error: unknown): void {
    const failures = (this.troubles.get(shard)?.failures ?? 0) + 1;
    const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (failures - 1));
    const cause = error instanceof Error ? error.message : String(error);
    const way =
      error instanceof LogOffsetOutOfBounds
        ? ' Continue from what the log contains: npm run icmpmon -- shards adopt'
        : '';
    this.troubles.set(shard, { failures, retryAtMs: this.time.nowMs() + waitMs, reason: `${cause}${way}` });
  }

  noteStored(shard: number): void {
    this.troubles.delete(shard);
  }

  failShard(owned: OwnedShard<T>, error: unknown): void {
    if (owned.failure) return;
    owned.failure = error instanceof Error ? error : new Error(String(error));
    this.noteFailure(owned.shard, error);
  }

  failAll(error: Error): void {
    for (const owned of this.held.values()) this.failShard(owned, error);
  }

  readiness(shardCount: number): Readiness {
    const [again] = [...this.troubles].filter(([, { failures }]) => failures > 1);
    if (again) return { ok: false, detail: `shard ${again[0]}: ${again[1].reason}` };
    return { ok: true, detail: `owns ${this.held.size} of ${shardCount} shards` };
  }
}
