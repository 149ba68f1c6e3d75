import type { RecordPlace, ShardClock, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import type { PairChangeMark } from './pair-change-log';
import { markOf, withMark } from './flapping';
import type { StatusState } from './status-state';
import { NEVER_JUDGED } from './target-state';
import type { StatusTables, StoredStatuses } from './status-tables';

/**
 * Reconciles the state of one shard with its stored rows: at a takeover, when a replay has reached the stored position, and when a shard
 * continues although records of its log were lost.
 */
export class StatusRecovery<T> {
  /** Stored statuses, until the replay has reached their position. */
  private recalled: StoredStatuses | null = null;
  /** Numbers up to this one are used, whether or not their changes are still stored. */
  private changeSeqMin = 0;
  private pairChangeSeqMin = 0;
  /** Stored statuses of targets that are missing in the state, by key: whether any agent ever got a reply, for any check. */
  private readonly recalledOnly = new Map<number, boolean>();
  /** Targets of `recalledOnly` that remain after all current facts were applied: they were removed. */
  private orphans: { targets: Map<number, TargetEntry>; clock: ShardClock; place: RecordPlace } | null = null;

  constructor(
    private readonly shard: number,
    private readonly tables: StatusTables<T>,
    private readonly state: StatusState,
    private readonly directoryOf: () => ShardDirectory,
  ) {}

  /** Raises the numbers above which changes are numbered: changes up to them may not be stored, but consumers have seen them. */
  numberAbove(changeSeq: number, pairChangeSeq = 0): void {
    this.changeSeqMin = Math.max(this.changeSeqMin, changeSeq);
    this.pairChangeSeqMin = Math.max(this.pairChangeSeqMin, pairChangeSeq);
  }

  async loadStored(rows: T): Promise<void> {
    this.recalled = await this.tables.readStatuses(rows, this.shard);
  }

  /** Replaces the state by the stored rows where they differ. Returns how many entries differed. */
  reconcile(): number {
    const { recalled, state } = this;
    if (!recalled) return 0;
    this.recalled = null;
    const changeSeq = Math.max(recalled.changeSeq, this.changeSeqMin);
    let differing = state.changeSeq === changeSeq ? 0 : 1;
    state.changeSeq = changeSeq;
    for (const [key, derived] of state.targets) {
      const target = this.directoryOf().targets.get(key);
      const { everReplied, flapping, ...stored } = recalled.states.get(key) ?? {
        ...NEVER_JUDGED,
        ...{ sinceMs: derived.sinceMs, beganMs: derived.beganMs, flapping: null, everReplied: false },
      };
      // The replies are lost only if the checkpoint was unreadable; then every check counts as replied to.
      const lostReplies = everReplied && derived.repliedChecks.length === 0;
      const sameSince = Math.floor(derived.sinceMs) === Math.floor(stored.sinceMs);
      const sameMark = (markOf(derived.flap) === null) === (flapping === null);
      const isEqual = derived.status === stored.status && derived.reason === stored.reason && sameSince && sameMark;
      if (isEqual && !lostReplies) continue;
      differing++;
      const checks = target?.policy?.checks.map(({ check }) => check) ?? [];
      const { flap: derivedFlap, ...rest } = derived;
      const flap = withMark(derivedFlap, flapping, stored, state.ageMs);
      state.restoreTarget(key, {
        ...rest,
        ...stored,
        ...(lostReplies && { repliedChecks: checks }),
        ...(flap && { flap }),
      });
      if (target) state.touched.add(target);
    }
    for (const [key, { everReplied, flapping, ...stored }] of recalled.states) {
      if (state.targets.has(key)) continue;
      differing++;
      const flap = withMark(undefined, flapping, stored, state.ageMs);
      state.restoreTarget(key, { ...stored, repliedChecks: [], ...(flap && { flap }) });
      this.recalledOnly.set(key, everReplied);
    }
    return differing + this.reconcilePairChanges(recalled.pairChanges);
  }

  /** The records of pair changes restart if the replay sealed others than the stored ones. */
  private reconcilePairChanges(stored: PairChangeMark | null): number {
    const { changeSeq, chain } = this.state.pairChanges.current;
    const mark = {
      changeSeq: Math.max(stored?.changeSeq ?? 0, this.pairChangeSeqMin),
      chain: stored?.chain ?? 0,
    };
    if (changeSeq === mark.changeSeq && chain === mark.chain) return 0;
    this.state.pairChanges.restartAfter(mark, this.directoryOf().inOrder());
    // Nothing is stored yet by a release without pair changes: nothing differs.
    return stored === null ? 0 : 1;
  }

  /**
   * Prepares the removal of targets that no fact contains any longer, after records of the log were lost. Restarts the warm-up of all
   * pairs.
   */
  async resetAfterGap(transaction: T, clock: ShardClock, position: number | null): Promise<void> {
    this.warmAll(clock);
    const place = { shard: this.shard, offset: position ?? -1, alreadyCommitted: false, committedAhead: null };
    const keys = [...this.recalledOnly.keys()];
    const targets = keys.length > 0 ? await this.tables.lastKnown(transaction, this.shard, keys) : new Map();
    this.orphans = { targets, clock, place };
  }

  /** Restarts warm-up for every pair; the current statuses hold until it ends. */
  private warmAll(clock: ShardClock): void {
    const { pairs, pairChanges, odd } = this.state;
    const targets = this.directoryOf().inOrder();
    for (const target of targets) for (const { slot } of target.pairs) pairs.warm(slot, clock.ageMs);
    odd.countAgain();
    pairChanges.restartAfter(pairChanges.current, targets);
  }

  /** Must be called for each target in a fact, before the state applies it. */
  onTarget(target: TargetEntry): void {
    const everReplied = this.recalledOnly.get(target.key);
    const state = this.state.targets.get(target.key);
    this.orphans?.targets.delete(target.key);
    if (everReplied === undefined || !state || !target.policy) return;
    this.recalledOnly.delete(target.key);
    if (everReplied) state.repliedChecks = target.policy.checks.map(({ check }) => check).sort((a, b) => a - b);
  }

  /** Removes targets that were removed while log records were lost: no record will remove them. */
  removeOrphans(): void {
    const { orphans } = this;
    this.orphans = null;
    if (!orphans) return;
    for (const target of orphans.targets.values()) this.state.onTargetRemoved(target, orphans.clock, orphans.place);
  }
}
