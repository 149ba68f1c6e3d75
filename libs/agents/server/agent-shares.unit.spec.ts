import { describe, expect, it } from 'vitest';
import { shareOf } from './agent-shares';

describe("an agent's share", () => {
  it('combines the counts of assignment and of the shards', () => {
    const counts = { measured: 6, warming: 1, silent: 2 };
    expect(shareOf({ assigned: 10, refused: 4 }, counts)).toEqual({ assigned: 10, refused: 4, ...counts });
    expect(shareOf(undefined, undefined)).toEqual({ assigned: 0, refused: 0, measured: 0, warming: 0, silent: 0 });
  });

  it('is never more than the assigned targets while the shards still count targets that moved away', () => {
    const counts = { measured: 3, warming: 0, silent: 22 };
    expect(shareOf({ assigned: 0, refused: 0 }, counts)).toMatchObject({ measured: 0, silent: 0 });
    expect(shareOf({ assigned: 5, refused: 0 }, counts)).toMatchObject({ measured: 3, silent: 2 });
  });
});
