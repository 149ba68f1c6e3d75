import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { judgeProbe, VERDICT, type PairState } from './verdict';

const POLICY = { missesToFail: 2, successesToRecover: 1 };
const NEW: PairState = { verdict: VERDICT.none, missesInRow: 0, successesInRow: 0, notSentInRow: 0 };

function after(...outcomes: number[]): PairState {
  return outcomes.reduce((state, outcome) => judgeProbe(state, outcome, POLICY), NEW);
}

describe("an agent's verdict", () => {
  it('is up after one success, and holds over a single miss', () => {
    expect(after(OUTCOME.reply).verdict).toBe(VERDICT.up);
    expect(after(OUTCOME.reply, OUTCOME.timeout).verdict).toBe(VERDICT.up);
  });

  it('is down after two misses in a row, not after two with a success between', () => {
    expect(after(OUTCOME.reply, OUTCOME.timeout, OUTCOME.timeout).verdict).toBe(VERDICT.down);
    expect(after(OUTCOME.reply, OUTCOME.timeout, OUTCOME.reply, OUTCOME.timeout).verdict).toBe(VERDICT.up);
    expect(after(OUTCOME.timeout, OUTCOME.unreachable).verdict).toBe(VERDICT.down);
    expect(after(OUTCOME.refused, OUTCOME.mismatch).verdict).toBe(VERDICT.down);
  });

  it('is up again after one success', () => {
    expect(after(OUTCOME.timeout, OUTCOME.timeout, OUTCOME.reply)).toEqual({
      verdict: VERDICT.up,
      missesInRow: 0,
      successesInRow: 1,
      notSentInRow: 0,
    });
  });

  it('requires the number of successes that the tier sets', () => {
    const slow = { missesToFail: 1, successesToRecover: 3 };
    let state = judgeProbe(NEW, OUTCOME.timeout, slow);
    state = judgeProbe(judgeProbe(state, OUTCOME.reply, slow), OUTCOME.reply, slow);
    expect(state.verdict).toBe(VERDICT.down);
    expect(judgeProbe(state, OUTCOME.reply, slow).verdict).toBe(VERDICT.up);
  });

  it('ignores probes that were not sent or whose executor failed, at any place in the sequence', () => {
    const votes = fc.array(fc.constantFrom(OUTCOME.reply, OUTCOME.timeout, OUTCOME.refused));
    const noVote = fc.constantFrom(OUTCOME.not_sent, OUTCOME.error);
    fc.assert(
      fc.property(votes, noVote, fc.nat(), (outcomes, extra, at) => {
        const place = at % (outcomes.length + 1);
        const { notSentInRow: _counted, ...disturbed } = after(
          ...outcomes.slice(0, place),
          extra,
          ...outcomes.slice(place),
        );
        const { notSentInRow: _none, ...plain } = after(...outcomes);
        expect(disturbed).toEqual(plain);
      }),
    );
  });
});
