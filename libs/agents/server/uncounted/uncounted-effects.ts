import type { PendingWrite } from '@icmp-mon/shard/engine';
import type { UncountedSum, UncountedTables } from './uncounted-tables';

/** Minimum time between two writes, so that a thousand agents cost at most a thousand rows per second. */
const WRITE_EVERY_MS = 1_000;

/** Collects the sums of one shard that are not stored yet, until the host commits them. */
export class UncountedEffects<T> {
  private sums = new Map<string, UncountedSum>();
  private writtenMs = -Infinity;

  constructor(
    private readonly shard: number,
    private readonly tables: UncountedTables<T>,
    private readonly nowMs: () => number,
  ) {}

  get hasPending(): boolean {
    return this.sums.size > 0;
  }

  add({ agentId, reason, minuteMs, results, lastMs }: UncountedSum): void {
    const key = `${agentId}/${reason}/${minuteMs}`;
    const sum = this.sums.get(key);
    if (sum === undefined) {
      this.sums.set(key, { agentId, reason, minuteMs, results, lastMs });
      return;
    }
    sum.results += results;
    sum.lastMs = Math.max(sum.lastMs, lastMs);
  }

  drainEffects(force: boolean): PendingWrite<T> | null {
    if (this.sums.size === 0 || (!force && this.nowMs() - this.writtenMs < WRITE_EVERY_MS)) return null;
    this.writtenMs = this.nowMs();
    const sums = [...this.sums.values()];
    this.sums = new Map();
    return { rows: sums.length, writeRows: (transaction) => this.tables.add(transaction, this.shard, sums) };
  }
}
