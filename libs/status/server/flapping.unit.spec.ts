import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Judgement } from './consensus';
import { decayed, flapAfter, type FlapState, markOf } from './flapping';

const UP: Judgement = { status: 'up', reason: 'quorum_up' };
const DOWN: Judgement = { status: 'down', reason: 'quorum_down' };
const LOST: Judgement = { status: 'unknown', reason: 'no_fresh_data' };
const DISAGREE: Judgement = { status: 'degraded', reason: 'no_quorum' };
const LOSSY: Judgement = { status: 'degraded', reason: 'lossy' };

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

/** Applies judgements at ages in minutes. */
function statesOf(steps: readonly [minute: number, judgement: Judgement][], first = UP): (FlapState | undefined)[] {
  let [state, before] = [undefined as FlapState | undefined, first];
  return steps.map(([minute, after]) => {
    const ageMs = minute * MINUTE_MS;
    state = flapAfter(state, { before, after, atMs: START_MS + ageMs, ageMs });
    before = after;
    return state;
  });
}
const marksOf = (...args: Parameters<typeof statesOf>) => statesOf(...args).map(markOf);
const alternating = (count: number, minutes: number): [number, Judgement][] =>
  Array.from({ length: count }, (_, at) => [at * minutes, at % 2 === 0 ? DOWN : UP]);

describe('flapping', () => {
  it('begins with the change that takes the penalty to 3,000, and counts from the first change on', () => {
    const marks = marksOf(alternating(6, 1));
    expect(marks.slice(0, 3)).toEqual([null, null, null]);
    expect(marks.slice(3)).toEqual([4, 5, 6].map((changes) => ({ sinceMs: START_MS, changes })));
  });

  it('does not begin with changes that are 6 min apart', () => {
    expect(marksOf(alternating(40, 6)).every((mark) => mark === null)).toBe(true);
    expect(marksOf(alternating(40, 5)).some((mark) => mark !== null)).toBe(true);
  });

  it('ends once the penalty is below 1,000, and not before', () => {
    const flaps = statesOf(alternating(6, 1)).at(-1);
    const untilAgeMs = flaps?.untilAgeMs ?? 0;
    const at = (ageMs: number) => markOf(flapAfter(flaps, { before: UP, after: UP, atMs: 0, ageMs }));
    expect(untilAgeMs / MINUTE_MS).toBeGreaterThan(20);
    expect(at(untilAgeMs - 1)).toEqual({ sinceMs: START_MS, changes: 6 });
    expect(at(untilAgeMs)).toBeNull();
  });

  it('ends at most 36 min after the last change, regardless of how many there were', () => {
    const flaps = statesOf(alternating(500, 0.2)).at(-1);
    expect(((flaps?.untilAgeMs ?? 0) - (flaps?.ageMs ?? 0)) / MINUTE_MS).toBeLessThanOrEqual(36);
  });

  it('begins a new run of changes 10 min after the last one', () => {
    const [, , third] = statesOf([
      [0, DOWN],
      [1, UP],
      [30, DOWN],
    ]);
    expect(third).toMatchObject({ changes: 1, sinceMs: START_MS + 30 * MINUTE_MS });
  });

  it('counts only changes between answering and down, also with unknown or disagreement in between', () => {
    const none = marksOf([LOST, UP, DISAGREE, UP, LOSSY, UP, LOST, UP, LOSSY, UP].map((each, at) => [at / 10, each]));
    expect(none.every((mark) => mark === null)).toBe(true);
    const through = statesOf(
      [DISAGREE, DOWN, LOST, UP, LOST, DOWN, DISAGREE, LOSSY].map((each, at) => [at / 10, each]),
    );
    expect(through.map((state) => state?.changes)).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
    expect(markOf(through.at(-1))).toEqual({ sinceMs: START_MS + 6_000, changes: 4 });
  });

  it('keeps no state of a target that does not change, and drops the one of a target that no longer does', () => {
    expect(statesOf([[0, UP]])).toEqual([undefined]);
    const settled = statesOf([
      [0, DOWN],
      [1, UP],
      [600, LOST],
      [601, UP],
    ]);
    expect(settled.map((state) => state?.changes)).toEqual([1, 2, 2, undefined]);
  });

  it('decays with a half-life of 600 s to within a thousandth of a change', () => {
    fc.assert(
      fc.property(fc.nat({ max: 12_000_000 }), fc.nat({ max: 20_000 }), (penalty, seconds) => {
        const left = decayed(penalty, seconds);
        expect(Number.isInteger(left)).toBe(true);
        expect(Math.abs(left - penalty * 2 ** (-seconds / 600))).toBeLessThan(1_000 / 100);
      }),
    );
    expect([0, 600, 1_200].map((seconds) => Math.round(decayed(12_000_000, seconds) / 1_000))).toEqual([
      ...[12_000, 6_000, 3_000],
    ]);
  });
});
