import type { PendingWrite, RecordPlace, TargetEntry } from '@icmp-mon/shard/engine';
import type { EvidenceEntry } from '@icmp-mon/status/contract';
import { isoTime } from '../iso-time';
import type { CheckChange, ValidationSink } from './check-log';
import { totalsOf } from './open-span';
import type { ValidatedCheck } from './validated-check';
import type {
  CheckChangeRow,
  CheckStatusRow,
  EvidenceRow,
  ValidationRows,
  ValidationTables,
} from './validation-tables';

/** Collects the rows of one shard's checks until the host commits them. */
export class ValidationEffects<T> implements ValidationSink {
  private changes: CheckChangeRow[] = [];
  private entries: EvidenceRow[] = [];
  /** Checks whose stored row is out of date, by `key/check`. */
  private touched = new Map<string, { target: TargetEntry; check: ValidatedCheck; removed: boolean }>();

  constructor(
    private readonly shard: number,
    private readonly tables: ValidationTables<T>,
    private readonly committed: () => void,
  ) {}

  get size(): number {
    return this.changes.length + this.entries.length + this.touched.size;
  }

  checkChanged(change: CheckChange, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    const { target, check } = change;
    this.changes.push({
      ...{ change_seq: check.changeSeq, target_key: target.key, target_id: target.targetId, ip: target.ip },
      ...{ vrf: target.vrf, tier: target.tier, check_no: check.check, type: check.type, port: check.port },
      ...{ from_status: change.from, to_status: change.to, reason: change.reason, at: isoTime(change.atMs) },
      ...{ answer: change.answer, chain: check.chain, entry: check.entries, hash: check.hash },
      ...{ removed: change.removed, position: place.offset },
    });
    this.touched.set(`${target.key}/${check.check}`, { target, check, removed: change.removed });
  }

  entrySealed(target: TargetEntry, chain: number, entry: EvidenceEntry, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    this.entries.push({
      ...{ target_key: target.key, check_no: entry.check, chain, entry: entry.entry },
      ...{ from: entry.from, until: entry.until, line: JSON.stringify(entry), position: place.offset },
    });
  }

  checkTouched(target: TargetEntry, check: ValidatedCheck, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    this.touched.set(`${target.key}/${check.check}`, { target, check, removed: false });
  }

  drainEffects(): PendingWrite<T> | null {
    if (this.size === 0) return null;
    const touched = [...this.touched.values()];
    const rows: ValidationRows = {
      changes: this.changes,
      entries: this.entries,
      statuses: touched.filter(({ removed }) => !removed).map(({ target, check }) => this.statusRow(target, check)),
      removed: touched
        .filter(({ removed }) => removed)
        .map(({ target, check }) => ({ target_key: target.key, check_no: check.check })),
    };
    this.changes = [];
    this.entries = [];
    this.touched = new Map();
    return {
      rows: rows.changes.length + rows.entries.length + touched.length,
      writeRows: (transaction) => this.tables.storeRows(transaction, this.shard, rows),
      afterCommit: () => {
        if (rows.changes.length > 0) this.committed();
      },
    };
  }

  private statusRow(target: TargetEntry, check: ValidatedCheck): CheckStatusRow {
    const [probes, proven, answered, notSent] = totalsOf(check.span);
    return {
      ...{ target_key: target.key, check_no: check.check, target_id: target.targetId, ip: target.ip },
      ...{ vrf: target.vrf, tier: target.tier, type: check.type, port: check.port },
      ...{ change_seq: check.changeSeq, status: check.status, reason: check.reason },
      ...{ since: isoTime(check.sinceMs), last_proof_at: check.lastProofMs > 0 ? isoTime(check.lastProofMs) : null },
      ...{ last_answer: check.lastAnswer, chain: check.chain, entries: check.entries, hash: check.hash },
      open_entry: {
        ...{ from: isoTime(check.span.fromMs), agents: check.span.agents.size },
        ...{ probes, proven, answered, notSent },
      },
    };
  }
}
