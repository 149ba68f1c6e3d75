import type { PendingWrite, RecordPlace, TargetEntry } from '@icmp-mon/shard/engine';
import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { Judgement } from './consensus';
import type { ChangeRow, StatusTables, TargetVerdicts, VerdictRow } from './status-tables';

export interface StatusChange {
  target: TargetEntry;
  from: Status;
  to: Status;
  reason: StatusReason;
  atMs: number;
  sinceMs: number;
  lastSuccessMs: number;
  votes: Votes;
  changeSeq: number;
  place: RecordPlace;
}

const NO_VOTES: Votes = { selected: 0, needed: 0, up: 0, degraded: 0, down: 0, unknown: 0 };

/** Targets whose verdicts are written by one statement; a hundred agents of each are some megabytes. */
const TARGETS_PER_STATEMENT = 1_000;

/** What the state reports as it changes. */
export interface StatusSink {
  changed(change: StatusChange): void;
  removed(target: TargetEntry, before: Judgement, atMs: number, changeSeq: number, place: RecordPlace): void;
  /** An agent judges the target differently, or another set of agents judges it. */
  verdictsChanged(target: TargetEntry, place: RecordPlace): void;
}

/** Rows that one shard's status changes and verdicts come to, kept until the host commits them. */
export class StatusEffects<T> implements StatusSink {
  private changes: ChangeRow[] = [];
  /** Targets for which some agent's verdict differs from what is stored. */
  private judged = new Map<number, TargetEntry>();
  private gone = new Set<number>();

  constructor(
    private readonly shard: number,
    private readonly tables: StatusTables<T>,
    private readonly verdictsOf: (target: TargetEntry) => TargetVerdicts,
    private readonly committed: () => void,
  ) {}

  /** Rows that wait. */
  get size(): number {
    return this.changes.length + this.judged.size + this.gone.size;
  }

  changed(change: StatusChange): void {
    if (change.place.alreadyCommitted) return;
    const { target } = change;
    this.changes.push({
      change_seq: change.changeSeq,
      ...identity(target),
      from_status: change.from,
      to_status: change.to,
      reason: change.reason,
      at: iso(change.atMs),
      since: iso(change.sinceMs),
      last_success_at: change.lastSuccessMs > 0 ? iso(change.lastSuccessMs) : null,
      votes: change.votes,
      removed: false,
      position: change.place.offset,
    });
  }

  removed(target: TargetEntry, before: Judgement, atMs: number, changeSeq: number, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    this.judged.delete(target.key);
    this.gone.add(target.key);
    this.changes.push({
      change_seq: changeSeq,
      ...identity(target),
      from_status: before.status,
      to_status: 'unknown',
      reason: before.reason,
      at: iso(atMs),
      since: iso(atMs),
      last_success_at: null,
      votes: NO_VOTES,
      removed: true,
      position: place.offset,
    });
  }

  verdictsChanged(target: TargetEntry, place: RecordPlace): void {
    if (!place.alreadyCommitted) this.judged.set(target.key, target);
  }

  drain(): PendingWrite<T> | null {
    if (this.size === 0) return null;
    const { changes, shard, judged, gone } = this;
    this.changes = [];
    this.judged = new Map();
    this.gone = new Set();
    return {
      rows: changes.length + judged.size + gone.size,
      write: async (transaction) => {
        if (gone.size > 0) await this.tables.forgetVerdicts(transaction, shard, [...gone]);
        await this.writeVerdicts(transaction, [...judged.values()]);
        if (changes.length > 0) await this.tables.storeChanges(transaction, shard, changes);
      },
      committed: () => {
        if (changes.length > 0) this.committed();
      },
    };
  }

  /**
   * Rows are made as they are written, so that a sweep of first verdicts is never in memory as a whole. They may say what came after
   * the commit's position; a replay from there says it once more.
   */
  private async writeVerdicts(transaction: T, targets: readonly TargetEntry[]): Promise<void> {
    for (let from = 0; from < targets.length; from += TARGETS_PER_STATEMENT) {
      const verdicts = targets
        .slice(from, from + TARGETS_PER_STATEMENT)
        .map((target): VerdictRow => ({ targetKey: target.key, ...this.verdictsOf(target) }));
      await this.tables.storeVerdicts(transaction, this.shard, verdicts);
    }
  }
}

function identity(target: TargetEntry): Pick<ChangeRow, 'target_key' | 'target_id' | 'ip' | 'vrf' | 'tier'> {
  return { target_key: target.key, target_id: target.targetId, ip: target.ip, vrf: target.vrf, tier: target.tier };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
