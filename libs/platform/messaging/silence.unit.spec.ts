import { expect, it } from 'vitest';
import { Silence } from './silence';

it('is the time without a word, in which one could have been heard', () => {
  let nowMs = 0;
  const silence = new Silence(5_000, () => nowMs);
  const lookAfter = (ms: number): number => {
    nowMs += ms;
    return silence.look();
  };
  expect(lookAfter(5_000)).toBe(5_000);
  expect(lookAfter(5_000)).toBe(10_000);
  // The event loop stood for a minute.
  expect(lookAfter(60_000)).toBe(15_000);
  silence.broken();
  expect(lookAfter(5_000)).toBe(5_000);
});
