import { describe, expect, it } from 'vitest';
import { bytesText, countText, percentText, rateText, rttText } from './number-text';

describe('numbers as text', () => {
  it('shows round trips in milliseconds', () => {
    expect([0, 42, 3_140, 215_400, null].map(rttText)).toEqual(['0 ms', '0.042 ms', '3.14 ms', '215 ms', '–']);
  });

  it('shows counts, rates, shares and bytes', () => {
    expect(countText(99_812)).toBe('99,812');
    expect([0.53, 12.34, 1_234.5].map(rateText)).toEqual(['0.5', '12.3', '1,235']);
    expect([0, 0.004, 1, null].map(percentText)).toEqual(['0 %', '0.4 %', '100 %', '–']);
    expect([512, 88_290_000].map(bytesText)).toEqual(['512 B', '84.2 MiB']);
  });
});
