import type { Sql } from '@icmp-mon/platform/database';
import { compress } from '@icmp-mon/platform/zstd';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from './checkpoint-codec';
import { OwnedShard } from './owned-shard';

const LENGTH_BYTES = 4;

/** A telemetry database whose shard has this checkpoint. */
function storing(checkpoint: Uint8Array): Pick<Sql, 'query'> {
  return {
    async query<T extends object>(text: string): Promise<T[]> {
      return (text.includes('FROM shard WHERE') ? [{ checkpoint, checkpoint_position: 7 }] : []) as T[];
    },
  };
}

const load = (checkpoint: Uint8Array, fresh = false): Promise<OwnedShard> =>
  OwnedShard.load(
    storing(checkpoint),
    { shard: 0, epoch: 1 },
    () => [],
    () => undefined,
    fresh,
  );

describe('a stored checkpoint', () => {
  it.each([
    ['is not compressed', new TextEncoder().encode('rubbish')],
    ['is empty', compress(new Uint8Array(0))],
    ['is longer than it is', compress(Uint8Array.of(255, 255, 0, 0, 1))],
    ['is not JSON', compress(new Uint8Array(LENGTH_BYTES + 8).fill(2, 0, 1))],
    ['is of nothing', compress(encodeCheckpoint({}))],
    ['has no directory', compress(encodeCheckpoint({ core: { head: {}, columns: {} } }))],
  ])('that %s is refused, with what to do', async (_, checkpoint) => {
    await expect(load(checkpoint)).rejects.toThrow(/cannot be read: .*shards adopt --shard <number> --fresh/);
    await expect(load(checkpoint, true)).resolves.toMatchObject({ offset: 7 });
  });
});
