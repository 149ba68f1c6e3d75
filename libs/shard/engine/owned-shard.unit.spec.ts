import { encodeTickRecord } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint, type CheckpointPart } from './checkpoint-codec';
import { ShardFold } from './fold';
import { OwnedShard } from './owned-shard';
import type { ShardParticipant } from './participant';
import type { ShardReader } from './shard-store';

const LENGTH_BYTES = 4;

/** A store whose shard has this checkpoint and nothing else. */
function storing(checkpoint: Uint8Array | null): ShardReader<null> {
  const stored = { checkpoint, checkpointPosition: 7, positions: new Map(), committedAhead: new Map() };
  return { rows: null, loadShard: () => Promise.resolve(stored) };
}

const load = (checkpoint: Uint8Array, fresh = false): Promise<OwnedShard<null>> =>
  OwnedShard.load(
    storing(checkpoint),
    { shard: 0, epoch: 1 },
    () => [],
    () => undefined,
    { fresh },
  );

describe('a stored checkpoint', () => {
  it.each([
    ['is not compressed', new TextEncoder().encode('rubbish')],
    ['is empty', compress(new Uint8Array(0))],
    ['declares more bytes than it has', compress(Uint8Array.of(255, 255, 0, 0, 1))],
    ['is not JSON', compress(new Uint8Array(LENGTH_BYTES + 8).fill(2, 0, 1))],
    ['has no parts', compress(encodeCheckpoint({}))],
    ['has no directory', compress(encodeCheckpoint({ core: { head: {}, columns: {} } }))],
  ])('that %s is refused with instructions', async (_, checkpoint) => {
    await expect(load(checkpoint)).rejects.toThrow(/cannot be read: .*shards adopt --shard <number> --fresh/);
    await expect(load(checkpoint, true)).resolves.toMatchObject({ offset: 7 });
  });

  it('with a flipped bit is refused in the same way, unless it still decodes to the same content', async () => {
    const written = await writtenCheckpoint();
    const content = await contentOf(written);
    // One bit of each byte: all eight take eight times as long and give the same outcome.
    for (let at = 0; at < written.length; at++) {
      const changed = Uint8Array.from(written);
      changed[at] ^= 1 << (at & 7);
      const found = await contentOf(changed).catch(String);
      if (typeof found !== 'string') expect(found, `a bit of byte ${at}`).toEqual(content);
      else expect(found, `a bit of byte ${at}`).toMatch(/cannot be read: .*shards adopt --shard <number> --fresh/);
    }
  });

  it('of a release that wrote no checksum can be read', async () => {
    await expect(load(compress(new ShardFold(0, []).checkpoint()))).resolves.toMatchObject({ offset: 7 });
  });
});

const TICKS = 200;

/** A checkpoint as a shard writes it, long enough that most of its bits belong to content, not to frames. */
async function writtenCheckpoint(): Promise<Uint8Array> {
  const shard = await load(compress(new ShardFold(0, []).checkpoint()));
  for (let tick = 1; tick <= TICKS; tick++) shard.applyRecord(7 + tick, encodeTickRecord(1, tick * 1_000));
  const bytes = shard.takeCommit(true)?.checkpoint?.bytes;
  if (bytes === undefined) throw new Error('no checkpoint was taken');
  return bytes;
}

async function contentOf(checkpoint: Uint8Array): Promise<Uint8Array> {
  return (await load(checkpoint)).fold.checkpoint();
}

describe('a shard', () => {
  /** Emits this many rows per record. */
  class Prolific implements ShardParticipant<null> {
    readonly name = 'prolific';
    private rows = 0;

    constructor(private readonly perRecord: number) {}

    onTick(): void {
      this.rows += this.perRecord;
    }

    waitingRows(): number {
      return this.rows;
    }

    hasPending(): boolean {
      return this.rows > 0;
    }

    takePendingWrite(): null {
      this.rows = 0;
      return null;
    }

    checkpoint(): CheckpointPart {
      return { head: null, columns: {} };
    }

    restore(): void {
      this.rows = 0;
    }
  }

  const holding = (rowsPerRecord: number): Promise<OwnedShard<null>> =>
    OwnedShard.load(
      storing(null),
      { shard: 0, epoch: 1 },
      () => [new Prolific(rowsPerRecord)],
      () => undefined,
    );

  it.each([
    ['rows', 5_000, 5],
    ['records', 1, 5_001],
  ])(
    'awaits a commit while many %s are pending, and not after they were collected',
    async (_, rowsPerRecord, records) => {
      const shard = await holding(rowsPerRecord);
      for (let offset = 0; offset < records; offset++) {
        expect(shard.awaitsCommit).toBe(false);
        shard.applyRecord(offset, encodeTickRecord(1, (offset + 1) * 1_000));
      }
      expect(shard.awaitsCommit).toBe(true);
      shard.takeCommit(false);
      expect(shard.awaitsCommit).toBe(false);
    },
  );
});
