import { describe, expect, it } from 'vitest';
import { newId } from './index';

describe('newId', () => {
  it('is a UUID of version 7 that contains its time', () => {
    const nowMs = Date.now() + 3_600_000;
    const id = newId(nowMs);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(nowMs);
  });

  it('sorts by age, also within a millisecond, after a counter overflow and when the clock is set back', () => {
    const nowMs = Date.now() + 7_200_000;
    const ids = Array.from({ length: 20_000 }, (_, i) => newId(i % 2 === 0 ? nowMs : nowMs - 5_000));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});
