import { describe, expect, it } from 'vitest';
import { shareOf } from './agent-shares';

describe("an agent's share", () => {
  it('combines the counts of assignment and of the shards', () => {
    const counts = { measured: 6, warming: 1, silent: 2 };
    const assignments = { assigned: 10, refused: 4, assignedPps: 2.5, capacityPps: 100 };
    expect(shareOf(assignments, counts)).toEqual({ ...assignments, ...counts });
    expect(shareOf(undefined, undefined)).toEqual({
      ...{ assigned: 0, refused: 0, measured: 0, warming: 0, silent: 0 },
      ...{ assignedPps: 0, capacityPps: null },
    });
  });

  it('is never more than the assigned targets while the shards still count targets that moved away', () => {
    const rest = { refused: 0, assignedPps: 0, capacityPps: null };
    const counts = { measured: 3, warming: 0, silent: 22 };
    expect(shareOf({ assigned: 0, ...rest }, counts)).toMatchObject({ measured: 0, silent: 0 });
    expect(shareOf({ assigned: 5, ...rest }, counts)).toMatchObject({ measured: 3, silent: 2 });
  });
});
