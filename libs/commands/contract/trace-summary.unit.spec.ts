import type { Trace } from '@icmp-mon/paths/contract';
import { expect, it } from 'vitest';
import { traceSummary, traceText } from './trace-summary';

const trace = (...rounds: Trace['rounds']): Trace => ({
  ...{ target: '192.0.2.9', startedAtMs: 0, addresses: ['192.0.2.1', '192.0.2.9'], rounds },
});

it('states how far the target is, and how often it answered', () => {
  const reached = trace([[0, 5], 'lost', [1, 9], [1, 9]], [[0, 5], [1, 9], 'lost'], [null, 'waiting', 'lost']);
  expect(traceSummary(reached)).toEqual({ rounds: 2, reached: 2, hops: 2, lastHop: 4 });
  expect(traceText(reached)).toBe('2 hops, the target answered in 2 of 2 rounds');
  expect(traceText(trace([[1, 5]]))).toBe('1 hop, the target answered in 1 of 1 round');
});

it.each([
  ['lost its answer', [[0, 5], 'lost'], '1 of 2 rounds'],
  ['waits for the target', [[0, 5], 'waiting'], '1 of 1 round'],
  ['has not got as far as the target', [[0, 5]], '1 of 1 round'],
  ['has no data of the target', [[0, 5], null], '1 of 1 round'],
] as const)('counts a round that %s', (_, round, of) => {
  expect(
    traceText(
      trace(
        [
          [0, 5],
          [1, 9],
        ],
        round,
      ),
    ),
  ).toBe(`2 hops, the target answered in ${of}`);
});

it('states where the answers end', () => {
  expect(traceText(trace(['lost', [0, 5], 'lost']))).toBe('the target did not answer; the last answer came from hop 2');
  expect(traceText(trace(['lost']))).toBe('nothing answered');
  expect(traceSummary(trace())).toEqual({ rounds: 0, reached: 0, hops: null, lastHop: 0 });
});
