import type { RecordPlace, ShardClock, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import { NEVER_JUDGED, type StatusState } from './status-state';
import type { StatusTables, StoredStatuses } from './status-tables';

/**
 * Brings the state of one shard together with what is stored of it: at a takeover, where a replay has come to the stored position,
 * and where a shard continues although records of its log were lost.
 */
export class StatusRecovery<T> {
  /** What is stored, until the replay has come to where that is. */
  private recalled: StoredStatuses | null = null;
  /** Numbers up to here are taken, whether or not their changes are still stored. */
  private changeSeqMin = 0;
  /** Stored statuses of targets that the state does not know, by key: whether an agent once had an answer, to any check. */
  private readonly recalledOnly = new Map<number, boolean>();
  /** Of those, what is left when all current facts are applied: targets that were removed. */
  private orphans: { targets: Map<number, TargetEntry>; clock: ShardClock; place: RecordPlace } | null = null;

  constructor(
    private readonly shard: number,
    private readonly tables: StatusTables<T>,
    private readonly state: StatusState,
    private readonly directoryOf: () => ShardDirectory,
  ) {}

  /** Changes get numbers above it, although those up to it are not stored: others have seen them. */
  numberAbove(changeSeq: number): void {
    this.changeSeqMin = Math.max(this.changeSeqMin, changeSeq);
  }

  async load(rows: T): Promise<void> {
    this.recalled = await this.tables.readStatuses(rows, this.shard);
  }

  /** What is stored counts where the state differs. Returns how many entries differed. */
  reconcile(): number {
    const { recalled, state } = this;
    if (!recalled) return 0;
    this.recalled = null;
    const changeSeq = Math.max(recalled.changeSeq, this.changeSeqMin);
    let differing = state.changeSeq === changeSeq ? 0 : 1;
    state.changeSeq = changeSeq;
    for (const [key, derived] of state.targets) {
      const target = this.directoryOf().targets.get(key);
      const { answered, ...stored } = recalled.states.get(key) ?? {
        ...NEVER_JUDGED,
        sinceMs: derived.sinceMs,
        answered: false,
      };
      // Lost only with a checkpoint that could not be read: then every check counts as answered.
      const lostAnswers = answered && derived.answered.length === 0;
      const sameSince = Math.floor(derived.sinceMs) === Math.floor(stored.sinceMs);
      if (derived.status === stored.status && derived.reason === stored.reason && sameSince && !lostAnswers) continue;
      differing++;
      const checks = target?.policy?.checks.map(({ check }) => check) ?? [];
      state.targets.set(key, { ...derived, ...stored, ...(lostAnswers && { answered: checks }) });
      if (target) state.touched.add(target);
    }
    for (const [key, { answered, ...stored }] of recalled.states) {
      if (state.targets.has(key)) continue;
      differing++;
      state.targets.set(key, { ...stored, answered: [] });
      this.recalledOnly.set(key, answered);
    }
    return differing;
  }

  /** After records were lost: what is stored of targets that no fact names any longer is remembered as theirs. */
  async resetAfterGap(transaction: T, clock: ShardClock, position: number | null): Promise<void> {
    this.state.warmAll(clock);
    const place = { shard: this.shard, offset: position ?? -1, alreadyCommitted: false, committedAhead: null };
    const keys = [...this.recalledOnly.keys()];
    const targets = keys.length > 0 ? await this.tables.lastKnown(transaction, this.shard, keys) : new Map();
    this.orphans = { targets, clock, place };
  }

  /** A fact names the target: to be called before the state applies it. */
  onTarget(target: TargetEntry): void {
    const answered = this.recalledOnly.get(target.key);
    const state = this.state.targets.get(target.key);
    this.orphans?.targets.delete(target.key);
    if (answered === undefined || !state || !target.policy) return;
    this.recalledOnly.delete(target.key);
    if (answered) state.answered = target.policy.checks.map(({ check }) => check).sort((a, b) => a - b);
  }

  /** Targets that were removed while the log was lost: no record will say so. */
  removeOrphans(): void {
    const { orphans } = this;
    this.orphans = null;
    if (!orphans) return;
    for (const target of orphans.targets.values()) this.state.onTargetRemoved(target, orphans.clock, orphans.place);
  }
}
