import { describe, expect, it } from 'vitest';
import { linkText, reopenAfterMs } from './link-state';
import { clockText } from './time-text';

describe('linkText', () => {
  it('is reconnecting for a moment, then says since when the page is old', () => {
    const link = { kind: 'lost', sinceMs: 100_000, heardMs: 98_000 } as const;
    expect(linkText(link, 102_000)).toEqual({ mood: 'trying', text: 'reconnecting' });
    expect(linkText(link, 106_000)).toEqual({ mood: 'stale', text: `stale since ${clockText(98_000)}` });
  });

  it('names the other states', () => {
    expect(linkText({ kind: 'open' }, 0).text).toBe('live');
    expect(linkText({ kind: 'connecting' }, 0).text).toBe('connecting');
    expect(linkText({ kind: 'off' }, 0).text).toBe('not connected');
  });
});

describe('reopenAfterMs', () => {
  it('doubles from a second and is bounded', () => {
    expect([0, 1, 2, 3, 4, 1_000].map(reopenAfterMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });
});
