import { expect, it } from 'vitest';
import { RecentlyKnown } from './recently-known';

it('remembers callers for ten minutes, a bounded number of them', () => {
  let nowMs = 0;
  const known = new RecentlyKnown<string>(2, () => nowMs);
  known.keep('a', 'A');
  known.keep('b', 'B');
  nowMs = 599_999;
  expect(known.get('a')).toBe('A');
  known.keep('a', 'A');
  known.keep('c', 'C');
  expect([known.get('a'), known.get('b'), known.get('c')]).toEqual(['A', null, 'C']);
  known.forget('c');
  expect(known.get('c')).toBeNull();
  nowMs = 1_200_000;
  expect(known.get('a')).toBeNull();
});
