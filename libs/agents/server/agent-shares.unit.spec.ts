import { describe, expect, it } from 'vitest';
import { shareOf } from './agent-shares';

describe("an agent's share", () => {
  it('combines the counts of assignment and of the shards', () => {
    const standing = { measured: 6, warming: 1, silent: 2 };
    expect(shareOf({ assigned: 10, refused: 4 }, standing)).toEqual({ assigned: 10, refused: 4, ...standing });
    expect(shareOf(undefined, undefined)).toEqual({ assigned: 0, refused: 0, measured: 0, warming: 0, silent: 0 });
  });

  it('is never more than the assigned targets while the shards still count targets that moved away', () => {
    const standing = { measured: 3, warming: 0, silent: 22 };
    expect(shareOf({ assigned: 0, refused: 0 }, standing)).toMatchObject({ measured: 0, silent: 0 });
    expect(shareOf({ assigned: 5, refused: 0 }, standing)).toMatchObject({ measured: 3, silent: 2 });
  });
});
