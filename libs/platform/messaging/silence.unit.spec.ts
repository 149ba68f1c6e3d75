import { expect, it } from 'vitest';
import { Silence } from './silence';

it('is the time without a sign of life, not counting stalls of the own event loop', () => {
  let nowMs = 0;
  const silence = new Silence(5_000, () => nowMs);
  const lookAfter = (ms: number): number => {
    nowMs += ms;
    return silence.measureSilence();
  };
  expect(lookAfter(5_000)).toBe(5_000);
  expect(lookAfter(5_000)).toBe(10_000);
  // The event loop stalled for a minute.
  expect(lookAfter(60_000)).toBe(15_000);
  silence.broken();
  expect(lookAfter(5_000)).toBe(5_000);
});
