import { recallKey } from './check-log';
import { newSpan } from './open-span';
import type { ValidatedCheck } from './validated-check';
import type { ValidationState } from './validation-state';
import type { StoredCheckStatus, StoredChecks, ValidationTables } from './validation-tables';

/** Reconciles the state of one shard's checks with their stored rows, when a replay has reached the stored position. */
export class ValidationRecovery<T> {
  private recalled: StoredChecks | null = null;
  /** Numbers up to this one are used, whether or not their changes are still stored. */
  private changeSeqMin = 0;

  constructor(
    private readonly shard: number,
    private readonly tables: ValidationTables<T>,
    private readonly state: ValidationState,
  ) {}

  /** Raises the number above which changes are numbered: changes up to it may not be stored, but consumers have seen them. */
  numberAbove(changeSeq: number): void {
    this.changeSeqMin = Math.max(this.changeSeqMin, changeSeq);
  }

  async loadStored(rows: T): Promise<void> {
    this.recalled = await this.tables.readChecks(rows, this.shard);
  }

  /** Replaces the state by the stored rows where they differ. Returns how many entries differed. */
  reconcileStored(): number {
    const { recalled, state } = this;
    if (!recalled) return 0;
    this.recalled = null;
    const changeSeq = Math.max(recalled.changeSeq, this.changeSeqMin);
    let differing = state.log.changeSeq === changeSeq ? 0 : 1;
    state.log.changeSeq = changeSeq;
    const isStored = new Set(recalled.checks.map(({ target, check }) => recallKey(target.key, target.tier, check)));
    const dropped = state.targets.dropChecks(({ target, tier }, { check }) =>
      isStored.has(recallKey(target.key, tier, check)),
    );
    differing += dropped;
    // A dropped check that the directory still contains begins another log.
    if (dropped > 0) state.isFollowing = false;
    for (const stored of recalled.checks) {
      const known = state.targets.get(stored.target.key);
      const check = known?.tier === stored.target.tier && known.checks.find((each) => each.check === stored.check);
      if (!check) state.log.recalled.set(recallKey(stored.target.key, stored.target.tier, stored.check), stored);
      else if (isSame(check, stored)) continue;
      else continueStored(check, stored);
      differing++;
    }
    return differing;
  }
}

function isSame(check: ValidatedCheck, stored: StoredCheckStatus): boolean {
  const { status, reason, hash, entries, chain, changeSeq } = check;
  const { sinceMs } = stored;
  return (
    status === stored.status &&
    reason === stored.reason &&
    hash === stored.hash &&
    entries === stored.entries &&
    chain === stored.chain &&
    changeSeq === stored.changeSeq &&
    Math.floor(check.sinceMs) === sinceMs
  );
}

function continueStored(check: ValidatedCheck, stored: StoredCheckStatus): void {
  const { target: _target, check: _number, type: _type, port: _port, fromMs, ...start } = stored;
  // The proofs of the replayed status do not end a violation that it lacks.
  if (stored.status === 'violated' && check.status !== 'violated') for (const pair of check.pairs) pair.proofsInRow = 0;
  Object.assign(check, start);
  // The counts belong to an entry that began at another time, and may be sealed.
  if (check.span.fromMs !== fromMs) check.span = newSpan(fromMs);
}
