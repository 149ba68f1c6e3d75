import type { PairEntry, TargetEntry } from '@icmp-mon/shard/engine';
import { FRESHNESS, type PairTable } from '../pair-table';
import { expectedFailuresOf } from '../validation/expected-failures';
import { type AgentTally, ANSWER, type Comparisons, SCOPES } from './agent-tally';

const INITIAL_ROWS = 64;

/**
 * Counts, per agent of one shard, which of its pairs get replies, and how they compare with the pairs of its peers. Counts change only when a
 * pair begins or ceases to miss, so results that are like the previous one cost a comparison of two bytes.
 *
 * Invariant: the counts follow from the pairs and the agents alone, so they are not stored but counted again after a restore.
 */
export class AnswerCounts {
  /** Counted answer of each pair, by slot. */
  private counted = new Uint8Array(INITIAL_ROWS);

  constructor(
    private readonly pairs: PairTable,
    private readonly tallyOf: (agentId: string) => AgentTally,
    private readonly changed: (tally: AgentTally) => void,
  ) {}

  /** Counts the pair's present answer. Returns whether it began to miss. */
  countAnswer(slot: number, target: TargetEntry): boolean {
    const answer = this.answerOf(slot);
    const before = slot < this.counted.length ? this.counted[slot] : ANSWER.none;
    if (answer === before) return false;
    const pair = target.pairs.find((each) => each.slot === slot);
    if (!pair || isExpectedToMiss(pair)) return false;
    this.replaceAnswer(pair, before, answer);
    return answer === ANSWER.misses;
  }

  /** Counts the pairs of a target again, after its policy may have changed. */
  recount(target: TargetEntry): void {
    for (const pair of target.pairs) {
      const before = this.counted[pair.slot] ?? ANSWER.none;
      const answer = isExpectedToMiss(pair) ? ANSWER.none : this.answerOf(pair.slot);
      if (answer !== before) this.replaceAnswer(pair, before, answer);
    }
  }

  /** Must be called while `target` still has the pair. */
  removePair(slot: number, target: TargetEntry): void {
    const before = this.counted[slot] ?? ANSWER.none;
    const pair = before === ANSWER.none ? undefined : target.pairs.find((each) => each.slot === slot);
    if (pair) this.replaceAnswer(pair, before, ANSWER.none);
  }

  /** Counts all pairs again, into tallies that are empty. */
  countAll(targets: Iterable<TargetEntry>): void {
    this.counted.fill(ANSWER.none);
    for (const target of targets) this.recount(target);
  }

  private answerOf(slot: number): number {
    const { pairs } = this;
    // A pair that never got a reply lost nothing: its path may never have existed.
    if (pairs.freshness(slot) !== FRESHNESS.fresh || pairs.lastSuccessMs(slot) === 0) return ANSWER.none;
    return pairs.missesInRow(slot) > 0 ? ANSWER.misses : ANSWER.replies;
  }

  private replaceAnswer(pair: PairEntry, before: number, after: number): void {
    const tally = this.tallyOf(pair.agentId);
    this.changed(tally);
    count(tally, before, -1);
    count(tally, after, 1);
    for (const other of pair.target.pairs) {
      const answer = this.counted[other.slot] ?? ANSWER.none;
      if (answer === ANSWER.none || other === pair || other.check !== pair.check) continue;
      const peer = this.tallyOf(other.agentId);
      this.changed(peer);
      for (const [scope] of SCOPES.entries()) {
        if (!isWithin(scope, tally, peer)) continue;
        compare(tally.compared[scope], before, answer, -1);
        compare(tally.compared[scope], after, answer, 1);
        compare(peer.compared[scope], answer, before, -1);
        compare(peer.compared[scope], answer, after, 1);
      }
    }
    if (pair.slot >= this.counted.length) this.growTo(pair.slot + 1);
    this.counted[pair.slot] = after;
  }

  private growTo(rows: number): void {
    const counted = new Uint8Array(Math.max(rows, this.counted.length * 2));
    counted.set(this.counted);
    this.counted = counted;
  }
}

/** A check that expects no reply misses while all is well, so it is no evidence about its agent. */
function isExpectedToMiss({ policy, check }: PairEntry): boolean {
  return expectedFailuresOf(policy).has(check);
}

function count(tally: AgentTally, answer: number, by: number): void {
  if (answer === ANSWER.replies) tally.replies += by;
  else if (answer === ANSWER.misses) tally.misses += by;
}

function isWithin(scope: number, a: AgentTally, b: AgentTally): boolean {
  if (scope === 0) return true;
  return scope === 1 ? a.provider !== b.provider : a.region !== b.region;
}

function compare(counts: Comparisons, own: number, others: number, by: number): void {
  if (own === ANSWER.none || others === ANSWER.none) return;
  const isMissed = others === ANSWER.misses;
  if (own === ANSWER.misses) counts[isMissed ? 'shared' : 'contradicted'] += by;
  else counts[isMissed ? 'contradicting' : 'agreed'] += by;
}
