import type { LogBounds } from '@icmp-mon/platform/messaging';
import { describe, expect, it } from 'vitest';
import { shardPositions } from './positions';

const row = (shard: number, checkpoint: number, stored: number, highest = stored) => ({
  ...{ shard, owner: null, epoch: 1, checkpoint, checkpointAt: null, stored, storedAt: null, highest },
});

async function positionsOf(rows: object[], log: LogBounds) {
  const asked: string[] = [];
  const sql = {
    async query<T extends object>(): Promise<T[]> {
      asked.push('positions');
      return rows as T[];
    },
    execute: () => Promise.resolve(0),
  };
  const positions = await shardPositions(sql, async () => {
    asked.push('bounds');
    return new Map([[0, log]]);
  });
  return { asked, position: positions[0] };
}

describe('positions of shards', () => {
  it.each([
    ['ok', 'has read all', row(0, 5, 9), { low: 0, high: 10 }, 0],
    ['ok', 'has read some', row(0, 5, 7), { low: 6, high: 10 }, 2],
    ['ok', 'has read nothing', row(0, -1, -1), { low: 0, high: 10 }, 10],
    ['before', 'replays from a record that was deleted', row(0, 5, 9), { low: 7, high: 10 }, 0],
    ['past', 'has a stored position that was never in this log', row(0, 2, 2, 10), { low: 0, high: 10 }, 10],
  ] as const)('are %s when a shard %s', async (state, _why, stored, log, lag) => {
    expect((await positionsOf([stored], log)).position).toMatchObject({ state, lag, log });
  });

  it('are read before the bounds: a shard that advances in between is not past the end', async () => {
    expect((await positionsOf([row(0, 1, 1)], { low: 0, high: 9 })).asked).toEqual(['positions', 'bounds']);
  });
});
