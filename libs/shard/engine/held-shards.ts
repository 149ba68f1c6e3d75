import { LogPositionOutOfBounds } from '@icmp-mon/platform/messaging';
import type { Readiness } from '@icmp-mon/platform/ops';
import type { EngineTime } from './engine-time';
import type { OwnedShard } from './owned-shard';

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;

/** How often a shard failed since something of it was last stored, and when it may be tried again. */
interface Trouble {
  failures: number;
  retryAtMs: number;
  reason: string;
}

/** The shards in this process's memory, and what went wrong with those that it tried to hold. */
export class HeldShards<T> {
  private readonly held = new Map<number, OwnedShard<T>>();
  private readonly troubles = new Map<number, Trouble>();
  /** A shard that is to be given to another projector. */
  excess: OwnedShard<T> | null = null;

  constructor(private readonly time: EngineTime) {}

  get size(): number {
    return this.held.size;
  }

  /** A copy: shards come and go while it is worked through. */
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

  /** Whether it is still this process's: not lost, nor taken over again since. */
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
      error instanceof LogPositionOutOfBounds ? ' Go on from what it holds: npm run icmpmon -- shards adopt' : '';
    this.troubles.set(shard, { failures, retryAtMs: this.time.nowMs() + waitMs, reason: `${cause}${way}` });
  }

  noteStored(shard: number): void {
    this.troubles.delete(shard);
  }

  fail(owned: OwnedShard<T>, error: unknown): void {
    if (owned.failure) return;
    owned.failure = error instanceof Error ? error : new Error(String(error));
    this.noteFailure(owned.shard, error);
  }

  failAll(error: Error): void {
    for (const owned of this.held.values()) this.fail(owned, error);
  }

  readiness(shardCount: number): Readiness {
    const [again] = [...this.troubles].filter(([, { failures }]) => failures > 1);
    if (again) return { ok: false, detail: `shard ${again[0]}: ${again[1].reason}` };
    return { ok: true, detail: `owns ${this.held.size} of ${shardCount} shards` };
  }
}
