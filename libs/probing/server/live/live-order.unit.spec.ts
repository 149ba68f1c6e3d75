import type { LiveEvent } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { liveIdText } from './live-id';
import { partsOf, placeOf, restAfter } from './live-order';
import { SAMPLES_MAX, type StoredResults } from './recent-results';

const commit = (position: number, results: number): StoredResults => ({
  ...{ shard: 1, position },
  events: Array.from({ length: results }, (_, index) => {
    return { id: liveIdText({ shard: 1, position, index }), targetKey: 7 } as LiveEvent;
  }),
});
const idsOf = (stored: readonly StoredResults[]): string[] =>
  stored.flatMap(({ events }) => events.map(({ id }) => id));

describe('the place of news', () => {
  it.each([
    [{ position: 9, after: 7 }, 'next'],
    [{ position: 9, after: 3 }, 'next'],
    [{ position: 9, after: 8 }, 'gap'],
    [{ position: 9, after: null }, 'gap'],
    [{ position: 7, after: 6 }, 'known'],
    [{ position: 3, after: null }, 'known'],
  ])('of %o is "%s" when all results up to 7 are known', (news, place) => {
    expect(placeOf(news, 7)).toBe(place);
  });

  it('is a gap while no position is known', () => {
    expect(placeOf({ position: 9, after: 7 }, null)).toBe('gap');
  });
});

describe('the results after an id', () => {
  const batch = { stored: [commit(4, 3), commit(6, 1)], more: true };

  it('start in the middle of its commit', () => {
    const rest = restAfter({ position: 4, index: 1 }, batch);
    expect(idsOf(rest?.stored ?? [])).toEqual(['1:4:2', '1:6:0']);
    expect(rest?.more).toBe(true);
  });

  it('are unknown once the position of the id is no longer stored', () => {
    expect(restAfter({ position: 3, index: 0 }, batch)).toBeNull();
    expect(restAfter({ position: 3, index: 0 }, { stored: [], more: false })).toBeNull();
  });

  it('are all results for an id from before the first one', () => {
    expect(restAfter({ position: -1, index: 0 }, batch)).toEqual(batch);
  });
});

it('splits results into ordered parts of a limited size', () => {
  const parts = partsOf([commit(4, SAMPLES_MAX - 1), commit(6, 2)]);
  expect(parts.map(({ all }) => all.length)).toEqual([SAMPLES_MAX, 1]);
  expect(parts[1].all[0].id).toBe('1:6:1');
  expect(partsOf([])).toEqual([]);
});
