import { expect, it } from 'vitest';
import { decodePairHours, encodePairHours, PAIR_HOUR_FLAG, type PairHour } from './pair-hour';
import { RttHistogram } from './rtt-histogram';

const histogram = new RttHistogram();
for (const rttUs of [20_000, 20_100, 21_500]) histogram.add(rttUs);
const PAIRS: PairHour[] = [
  { agentNo: 1, sent: 240, lost: 3, runs: 2, flags: 0, histogram: histogram.encodeBins() },
  {
    agentNo: 300,
    sent: 240,
    lost: 240,
    runs: 1,
    flags: PAIR_HOUR_FLAG.bad,
    histogram: new RttHistogram().encodeBins(),
  },
];

it('an hour of pairs is read as it was written', () => {
  const bytes = encodePairHours(PAIRS);
  expect(decodePairHours(bytes)).toEqual(PAIRS);
  expect(bytes.length).toBeLessThan(40);
  expect(decodePairHours(encodePairHours([]))).toEqual([]);
});

it('agents must be in ascending order', () => {
  expect(() => encodePairHours([...PAIRS].reverse())).toThrow(RangeError);
});

it('refuses another version, and truncated bytes', () => {
  const bytes = encodePairHours(PAIRS.slice(0, 1));
  expect(() => decodePairHours(Uint8Array.of(2, ...bytes.subarray(1)))).toThrow('version 2');
  for (let length = 2; length < bytes.length; length++)
    expect(() => decodePairHours(bytes.subarray(0, length)), String(length)).toThrow('truncated');
  expect(() => decodePairHours(Uint8Array.of(1, 1, 2, 3, 1, 0, 0))).toThrow('3 of 2 lost');
});
