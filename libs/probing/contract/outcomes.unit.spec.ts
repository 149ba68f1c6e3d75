import { describe, expect, it } from 'vitest';
import { isAnswer, isOutcome, isSuccess, isVote, OUTCOME, OUTCOME_NAMES, outcomeName } from '.';

describe('the table of outcomes', () => {
  it('has a name for each code, and for no other', () => {
    for (const name of OUTCOME_NAMES) expect(outcomeName(OUTCOME[name])).toBe(name);
    expect([-1, 0.5, OUTCOME_NAMES.length].map(isOutcome)).toEqual([false, false, false]);
    expect(() => outcomeName(OUTCOME_NAMES.length)).toThrow(/unknown outcome code 7/);
  });

  it('excludes outcomes from voting that are no evidence about the target', () => {
    expect(OUTCOME_NAMES.filter((name) => isVote(OUTCOME[name]))).toEqual([
      'reply',
      'timeout',
      'unreachable',
      'refused',
      'mismatch',
    ]);
    expect(OUTCOME_NAMES.filter((name) => isSuccess(OUTCOME[name]))).toEqual(['reply']);
    expect(OUTCOME_NAMES.filter((name) => isAnswer(OUTCOME[name]))).toEqual(['reply', 'mismatch']);
  });
});
