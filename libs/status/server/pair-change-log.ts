import type { PairEntry, RecordPlace, ShardClock, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import { encodePairChanges, PAIR_CHANGES_MAX, PAIR_VERDICT, type PairChange } from '@icmp-mon/status/wire';
import { crc32 } from 'node:zlib';
import { FRESHNESS, type PairTable } from './pair-table';
import { expectedFailuresOf } from './validation/expected-failures';

/** Number of the last record of pair changes, and the CRC-32 over the bytes of all records so far, in their order. */
export interface PairChangeMark {
  changeSeq: number;
  chain: number;
}

/** A record of pair changes as it is stored. */
export interface SealedPairChanges extends PairChangeMark {
  atMs: number;
  pairs: number;
  body: Uint8Array;
}

/** Receives sealed records. */
export interface PairChangeSink {
  pairsChanged(record: SealedPairChanges, place: RecordPlace): void;
}

type WaitingChange = [
  targetKey: number,
  check: number,
  agentId: string,
  from: number,
  to: number,
  beganAtMs: number,
  sampleAtMs: number,
];

/** Head of the checkpoint. */
export interface StoredPairChanges extends PairChangeMark {
  restarts: boolean;
  waiting: WaitingChange[];
}

/** In the order of keys, checks and agents, so that the order of independent blocks makes no difference; changes of one pair keep theirs. */
function byPair(a: PairChange, b: PairChange): number {
  return a.targetKey - b.targetKey || a.check - b.check || (a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : 0);
}

/**
 * Collects the changes of the verdicts of a shard's pairs as a pure function of its log.
 *
 *     verdict or freshness of a pair changes ──▶ waiting changes ── tick, or PAIR_CHANGES_MAX ──▶ numbered record
 *
 * Invariants:
 * - Complete: a consumer that applies all records knows the current verdict of each pair, up to the last tick.
 * - Gap-free: each record increments `changeSeq` by 1, whether or not it is already committed; `chain` identifies all bytes so far.
 * - Replay-safe: waiting changes are part of the checkpoint, so a replay seals the same bytes under the same numbers.
 * - Where the bytes differ from the stored ones, as after a change of rules, the next record restarts: it replaces what came before.
 */
export class PairChangeLog {
  private mark: PairChangeMark = { changeSeq: 0, chain: 0 };
  private waiting: PairChange[] = [];
  private restarts = false;
  /** By slot: the verdict that the records, and the waiting changes, end with. */
  private shown = new Uint8Array(64);

  constructor(
    private readonly pairs: PairTable,
    private readonly sink: PairChangeSink,
  ) {}

  get current(): Readonly<PairChangeMark> {
    return this.mark;
  }

  /** Collects the change if the verdict of the pair is another than before. */
  noteSlot(slot: number, target: TargetEntry): void {
    const pair = target.pairs.find((each) => each.slot === slot);
    if (pair) this.notePair(pair, expectedFailuresOf(target.policy ?? pair.policy).has(pair.check));
  }

  /** Collects what a new policy, or another set of agents, changes. */
  noteTarget({ pairs, policy }: TargetEntry): void {
    const expectedFailures = policy && expectedFailuresOf(policy);
    for (const pair of pairs) this.notePair(pair, expectedFailures?.has(pair.check) ?? false);
  }

  /** Must be called before the target loses the pair. */
  onPairUnassigned(slot: number, target: TargetEntry): void {
    const pair = target.pairs.find((each) => each.slot === slot);
    const from = this.shown[slot] ?? PAIR_VERDICT.none;
    if (!pair || from === PAIR_VERDICT.none) return;
    this.collect(pair, from, PAIR_VERDICT.unassigned);
    this.shown[slot] = PAIR_VERDICT.none;
  }

  private notePair(pair: PairEntry, isExpectedFailure: boolean): void {
    const { slot } = pair;
    const to = isExpectedFailure ? PAIR_VERDICT.none : this.verdictOf(slot);
    const from = this.shown[slot] ?? PAIR_VERDICT.none;
    if (to === from) return;
    this.collect(pair, from, to);
    this.reserveSlot(slot);
    this.shown[slot] = to;
  }

  /** The codes of `PAIR_VERDICT` begin with those of `VERDICT`. */
  private verdictOf(slot: number): number {
    return this.pairs.freshness(slot) === FRESHNESS.fresh ? this.pairs.verdict(slot) : PAIR_VERDICT.none;
  }

  private collect({ slot, check, agentId, target }: PairEntry, from: number, to: number): void {
    const sampleAtMs = Math.floor(this.pairs.lastSampleMs(slot));
    const isVerdict = to !== PAIR_VERDICT.none && to !== PAIR_VERDICT.unassigned;
    const beganAtMs = isVerdict ? Math.floor(this.pairs.verdictSinceMs(slot)) : sampleAtMs;
    this.waiting.push({ targetKey: target.key, check, agentId, from, to, beganAtMs, sampleAtMs });
  }

  private reserveSlot(slot: number): void {
    if (slot < this.shown.length) return;
    const shown = new Uint8Array(Math.max(slot + 1, this.shown.length * 2));
    shown.set(this.shown);
    this.shown = shown;
  }

  /** Seals full records: without ticks, waiting changes would pile up. */
  sealFull(clock: ShardClock, place: RecordPlace): void {
    if (this.waiting.length >= PAIR_CHANGES_MAX) this.waiting.sort(byPair);
    while (this.waiting.length >= PAIR_CHANGES_MAX) this.sealNext(clock, place);
  }

  /** Seals all waiting changes. */
  sealAll(clock: ShardClock, place: RecordPlace): void {
    if (this.waiting.length > 1) this.waiting.sort(byPair);
    while (this.waiting.length > 0 || this.restarts) this.sealNext(clock, place);
  }

  private sealNext({ atMs }: ShardClock, place: RecordPlace): void {
    const changes = this.waiting.splice(0, PAIR_CHANGES_MAX);
    const changeSeq = this.mark.changeSeq + 1;
    const { restarts } = this;
    const body = encodePairChanges({ shard: place.shard, changeSeq, atMs: Math.floor(atMs), restarts, changes });
    this.restarts = false;
    this.mark = { changeSeq, chain: crc32(body, this.mark.chain) };
    this.sink.pairsChanged({ ...this.mark, atMs, pairs: changes.length, body }, place);
  }

  /**
   * Continues the numbers of other records than those of this state: the next record replaces all verdicts. `targets` are all targets of
   * the shard, in order.
   */
  restartAfter(mark: PairChangeMark, targets: readonly TargetEntry[]): void {
    this.mark = mark;
    this.waiting = [];
    this.restarts = true;
    this.shown.fill(PAIR_VERDICT.none);
    for (const target of targets) this.noteTarget(target);
  }

  checkpointHead(): StoredPairChanges {
    const waiting = [...this.waiting]
      .sort(byPair)
      .map(({ targetKey, check, agentId, from, to, beganAtMs, sampleAtMs }): WaitingChange => {
        return [targetKey, check, agentId, from, to, beganAtMs, sampleAtMs];
      });
    return { ...this.mark, restarts: this.restarts, waiting };
  }

  /** Restores the log, after the pairs. `stored` is missing in checkpoints of releases without pair changes. */
  restore(stored: StoredPairChanges | undefined, directory: ShardDirectory): void {
    if (!stored) return this.restartAfter({ changeSeq: 0, chain: 0 }, directory.inOrder());
    for (const target of directory.targets.values()) this.noteTarget(target);
    this.mark = { changeSeq: stored.changeSeq, chain: stored.chain };
    this.restarts = stored.restarts;
    this.waiting = stored.waiting.map(([targetKey, check, agentId, from, to, beganAtMs, sampleAtMs]) => ({
      ...{ targetKey, check, agentId, from, to, beganAtMs, sampleAtMs },
    }));
  }
}
