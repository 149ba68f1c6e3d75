import type { PendingWrite, RecordPlace, TargetEntry } from '@icmp-mon/shard/engine';
import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { Judgement } from './consensus';
import type { FlappingMark } from './flapping';
import { isoTime } from './iso-time';
import { LateMarks } from './late/late-marks';
import type { PairChangeSink, SealedPairChanges } from './pair-change-log';
import type { ChangeRow, PairChangeRow, StatusTables, TargetVerdicts, VerdictRow } from './status-tables';

export interface StatusChange {
  target: TargetEntry;
  from: Status;
  to: Status;
  reason: StatusReason;
  atMs: number;
  sinceMs: number;
  /** When the status began by the results that decided it; at most `sinceMs`. */
  beganMs: number;
  flapping: FlappingMark | null;
  lastSuccessMs: number;
  votes: Votes;
  changeSeq: number;
  place: RecordPlace;
}

const NO_VOTES: Votes = { selected: 0, needed: 0, up: 0, degraded: 0, down: 0, unknown: 0 };

/** Targets whose verdicts one statement writes; with a hundred agents each this is some megabytes. */
const TARGETS_PER_STATEMENT = 1_000;

/** Receives the state's changes. */
export interface StatusSink extends PairChangeSink {
  statusChanged(change: StatusChange): void;
  targetRemoved(target: TargetEntry, before: Judgement, atMs: number, changeSeq: number, place: RecordPlace): void;
  /** A result is too late to be judged: it was sent at `sampleMs`. */
  resultLate(targetKey: number, agentId: string, sampleMs: number, place: RecordPlace): void;
  /** The verdict of an agent changed, or the set of selected agents changed. */
  verdictsChanged(target: TargetEntry, place: RecordPlace): void;
}

/** Called after commits that stored something to publish. */
export interface StatusCommitted {
  statuses(): void;
  pairs(): void;
}

/** Collects the rows of one shard's status changes, verdicts and pair changes until the host commits them. */
export class StatusEffects<T> implements StatusSink {
  private changes: ChangeRow[] = [];
  /** Targets whose stored verdicts are out of date. */
  private judged = new Map<number, TargetEntry>();
  private gone = new Set<number>();
  private pairChanges: PairChangeRow[] = [];
  private readonly late = new LateMarks();

  constructor(
    private readonly shard: number,
    private readonly tables: StatusTables<T>,
    private readonly verdictsOf: (target: TargetEntry) => TargetVerdicts,
    private readonly committed: StatusCommitted,
  ) {}

  /** Number of waiting rows. */
  get size(): number {
    return this.changes.length + this.judged.size + this.gone.size + this.pairChanges.length + this.late.size;
  }

  statusChanged(change: StatusChange): void {
    if (change.place.alreadyCommitted) return;
    const { target } = change;
    this.changes.push({
      change_seq: change.changeSeq,
      ...identity(target),
      from_status: change.from,
      to_status: change.to,
      reason: change.reason,
      at: isoTime(change.atMs),
      since: isoTime(change.sinceMs),
      began_at: isoTime(change.beganMs),
      flapping_since: change.flapping && isoTime(change.flapping.sinceMs),
      flapping_changes: change.flapping && change.flapping.changes,
      last_success_at: change.lastSuccessMs > 0 ? isoTime(change.lastSuccessMs) : null,
      votes: change.votes,
      removed: false,
      position: change.place.offset,
    });
  }

  targetRemoved(target: TargetEntry, before: Judgement, atMs: number, changeSeq: number, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    this.judged.delete(target.key);
    this.gone.add(target.key);
    this.changes.push({
      change_seq: changeSeq,
      ...identity(target),
      from_status: before.status,
      to_status: 'unknown',
      reason: before.reason,
      at: isoTime(atMs),
      since: isoTime(atMs),
      began_at: isoTime(atMs),
      ...{ flapping_since: null, flapping_changes: null },
      last_success_at: null,
      votes: NO_VOTES,
      removed: true,
      position: place.offset,
    });
  }

  verdictsChanged(target: TargetEntry, place: RecordPlace): void {
    if (!place.alreadyCommitted) this.judged.set(target.key, target);
  }

  pairsChanged(record: SealedPairChanges, place: RecordPlace): void {
    if (!place.alreadyCommitted) this.pairChanges.push({ ...record, position: place.offset });
  }

  resultLate(targetKey: number, agentId: string, sampleMs: number, place: RecordPlace): void {
    this.late.noteResult(targetKey, agentId, sampleMs, place);
  }

  drainEffects(): PendingWrite<T> | null {
    const rows = this.size;
    if (rows === 0) return null;
    const { changes, shard, judged, gone, pairChanges } = this;
    this.changes = [];
    this.pairChanges = [];
    const late = this.late.drainMarks();
    this.judged = new Map();
    this.gone = new Set();
    return {
      rows,
      writeRows: async (transaction) => {
        if (gone.size > 0) await this.tables.forgetVerdicts(transaction, shard, [...gone]);
        await this.writeVerdicts(transaction, [...judged.values()]);
        if (changes.length > 0) await this.tables.storeChanges(transaction, shard, changes);
        if (pairChanges.length > 0) await this.tables.storePairChanges(transaction, shard, pairChanges);
        if (late.length > 0) await this.tables.storeLate(transaction, shard, late);
      },
      afterCommit: () => {
        if (changes.length > 0) this.committed.statuses();
        if (pairChanges.length > 0) this.committed.pairs();
      },
    };
  }

  /**
   * Writes verdicts. Rows are built at the write, so that the first verdicts of a large shard are never all in memory. They may
   * include results after the commit's position; a replay from there writes them again.
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
