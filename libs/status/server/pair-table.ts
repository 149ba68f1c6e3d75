import type { PolicyEntry, TargetEntry } from '@icmp-mon/platform/shard';
import { VERDICT } from './verdict';

/** Whether an agent's verdict may vote, and if not, why: `refused` is an agent whose own kernel does not send. */
export const STANDING = { warming: 0, fresh: 1, stale: 2, refused: 3 } as const;

/** A verdict is stale after this many intervals without a vote; an agent is warming for `WARMING_INTERVALS`. */
const FRESH_INTERVALS = 3;
const WARMING_INTERVALS = 2;
const SLACK_MS = 2_000;

const COLUMNS = {
  verdict: Uint8Array,
  standing: Uint8Array,
  missesInRow: Uint16Array,
  successesInRow: Uint16Array,
  notSentInRow: Uint16Array,
  /** Shard's age (not wall clock) of the last vote, the last probe not sent, and the assignment, ms. */
  lastVoteAgeMs: Float64Array,
  lastNotSentAgeMs: Float64Array,
  assignedAgeMs: Float64Array,
  /** Measured times, ms since 1970; 0 is never. */
  lastSampleMs: Float64Array,
  lastSuccessMs: Float64Array,
  verdictSinceMs: Float64Array,
} as const;

type ColumnName = keyof typeof COLUMNS;
type Columns = { -readonly [K in ColumnName]: InstanceType<(typeof COLUMNS)[K]> };

const NAMES = Object.keys(COLUMNS) as ColumnName[];

function allocate(capacity: number): Columns {
  return Object.fromEntries(NAMES.map((name) => [name, new COLUMNS[name](capacity)])) as unknown as Columns;
}

/** State of each (target, agent, check) pair in columns; the index is the pair's slot. */
export class PairTable {
  columns = allocate(64);
  readonly targetOf: (TargetEntry | undefined)[] = [];
  private staleAfterMs = new Float64Array(64);
  private warmUntilMs = new Float64Array(64);

  /** A pair starts without a verdict, warming. */
  assign(slot: number, target: TargetEntry, ageMs: number): void {
    this.ensure(slot);
    for (const name of NAMES) this.columns[name][slot] = 0;
    this.columns.verdict[slot] = VERDICT.none;
    this.columns.standing[slot] = STANDING.warming;
    this.columns.assignedAgeMs[slot] = ageMs;
    this.targetOf[slot] = target;
  }

  /** After a silence a verdict has to be earned anew: the first vote must not bring back what stood before. */
  forgetVerdict(slot: number): void {
    this.columns.verdict[slot] = VERDICT.none;
    this.columns.missesInRow[slot] = 0;
    this.columns.successesInRow[slot] = 0;
  }

  release(slot: number): void {
    this.targetOf[slot] = undefined;
  }

  setPolicy(slot: number, policy: PolicyEntry): void {
    this.staleAfterMs[slot] = FRESH_INTERVALS * policy.intervalMs + policy.timeoutMs;
    this.warmUntilMs[slot] = WARMING_INTERVALS * policy.intervalMs + policy.timeoutMs + SLACK_MS;
  }

  /** Where the pair stands at the shard's age given. */
  standingAt(slot: number, ageMs: number): number {
    const { columns } = this;
    const judged = columns.verdict[slot] !== VERDICT.none;
    if (judged && ageMs - columns.lastVoteAgeMs[slot] <= this.staleAfterMs[slot]) return STANDING.fresh;
    if (!judged && ageMs - columns.assignedAgeMs[slot] <= this.warmUntilMs[slot]) return STANDING.warming;
    const refused = columns.notSentInRow[slot] > 0 && ageMs - columns.lastNotSentAgeMs[slot] <= this.staleAfterMs[slot];
    return refused ? STANDING.refused : STANDING.stale;
  }

  /** The columns of the slots given, in that order. */
  gather(slots: readonly number[]): Record<string, Columns[ColumnName]> {
    const gathered = allocate(slots.length);
    for (const name of NAMES) slots.forEach((slot, at) => (gathered[name][at] = this.columns[name][slot]));
    return gathered;
  }

  scatter(slots: readonly number[], gathered: Record<string, ArrayLike<number>>): void {
    for (const name of NAMES) slots.forEach((slot, at) => (this.columns[name][slot] = gathered[name]?.[at] ?? 0));
  }

  private ensure(slot: number): void {
    const capacity = this.columns.verdict.length;
    if (slot < capacity) return;
    const grown = allocate(Math.max(slot + 1, capacity * 2));
    for (const name of NAMES) grown[name].set(this.columns[name]);
    this.columns = grown;
    const size = grown.verdict.length;
    this.staleAfterMs = enlarge(this.staleAfterMs, size);
    this.warmUntilMs = enlarge(this.warmUntilMs, size);
  }
}

function enlarge(values: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(size);
  grown.set(values);
  return grown;
}
