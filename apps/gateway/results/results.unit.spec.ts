import { decodeShardRecord } from '@icmp-mon/probing/wire';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { eventually } from '@icmp-mon/platform/testing';
import { describe, expect, it } from 'vitest';
import { BlockBatcher, type RecordMessage, recordsOf, type ShardBlock } from './block-batcher';
import { BootWatch } from './boot-watch';
import { ClockOffsets } from './clock-offsets';
import { LaneOrder } from './lane-order';
import { RateLimit } from './rate-limit';

const shardBlock = (shard: number, bytes: Uint8Array): ShardBlock => ({
  shard,
  results: 1,
  envelope: { receivedAtMs: 1_000, clockOffsetMs: -2, block: bytes },
});

function blocksOf({ value }: RecordMessage): number[][] {
  const bytes = new Uint8Array(value.byteLength);
  value.writeTo(bytes, 0);
  const decoded = decodeShardRecord(bytes);
  if (!decoded.ok || decoded.record.kind !== 'blocks') throw new Error('not a record of blocks');
  return decoded.record.envelopes.map(({ block }) => [...block.subarray(0, 1)]);
}

describe('records of blocks', () => {
  it('join the blocks of a shard in their order', () => {
    const messages = recordsOf([1, 2, 3, 4].map((mark) => shardBlock(mark % 2, Uint8Array.of(mark))));
    expect(messages.map(({ partition }) => partition)).toEqual([1, 0]);
    expect(messages.map(blocksOf)).toEqual([
      [[1], [3]],
      [[2], [4]],
    ]);
  });

  it("are split below the broker's limit", () => {
    const messages = recordsOf([1, 2, 3, 4, 5].map((mark) => shardBlock(0, new Uint8Array(400_000).fill(mark))));
    expect(messages.map(blocksOf)).toEqual([[[1], [2]], [[3], [4]], [[5]]]);
    for (const { value } of messages) expect(value.byteLength).toBeLessThan(950_000);
  });

  it('contain a limited number of results, even if those are few bytes', () => {
    const blocks = Array.from({ length: 30 }, () => ({ ...shardBlock(0, Uint8Array.of(1)), results: 20_000 }));
    expect(recordsOf(blocks).map((message) => blocksOf(message).length)).toEqual([12, 12, 6]);
  });

  it('contain a limited number of blocks', () => {
    const messages = recordsOf(Array.from({ length: 9_000 }, () => shardBlock(0, Uint8Array.of(1))));
    expect(messages.map((message) => blocksOf(message).length)).toEqual([4_000, 4_000, 1_000]);
  });
});

describe('the batcher', () => {
  const block = (mark: number): ShardBlock => shardBlock(0, Uint8Array.of(mark));

  it('collects blocks while a send is in flight, and sends sequentially', async () => {
    const sends: { marks: number[][]; done: PromiseWithResolvers<void> }[] = [];
    const batcher = new BlockBatcher({
      gatherMs: 1,
      sendRecords: (messages) => {
        const done = Promise.withResolvers<void>();
        sends.push({ marks: messages.flatMap(blocksOf), done });
        return done.promise;
      },
    });
    const first = batcher.add([block(1)]);
    const others = [batcher.add([block(2)]), batcher.add([block(3)])];
    await eventually(() => expect(sends).toHaveLength(1));
    const late = batcher.add([block(4)]);
    sends[0].done.resolve();
    await Promise.all([first, ...others]);
    await eventually(() => expect(sends).toHaveLength(2));
    sends[1].done.resolve();
    await late;
    expect(sends.map(({ marks }) => marks)).toEqual([[[1], [2], [3]], [[4]]]);
  });

  it('also rejects uploads behind a failed send, and starts again with the next', async () => {
    let sends = 0;
    const failure = Promise.withResolvers<void>();
    const batcher = new BlockBatcher({
      gatherMs: 1,
      sendRecords: () => (sends++ === 0 ? failure.promise : Promise.resolve()),
    });
    const first = batcher.add([block(1)]);
    await eventually(() => expect(sends).toBe(1));
    const second = batcher.add([block(2)]);
    failure.reject(new DependencyUnavailable('Kafka'));
    await expect(first).rejects.toThrow(DependencyUnavailable);
    await expect(second).rejects.toThrow(DependencyUnavailable);
    expect(sends).toBe(1);
    await batcher.add([block(3)]);
    expect(sends).toBe(2);
  });

  it('sends a full batch immediately', async () => {
    const batcher = new BlockBatcher({ gatherMs: 3_600_000, sendRecords: () => Promise.resolve() });
    await batcher.add([block(1)]);
    await batcher.add(Array.from({ length: 10 }, () => shardBlock(0, new Uint8Array(500_000))));
    await expect(batcher.add([])).resolves.toBeUndefined();
  });
});

describe('the order of a lane', () => {
  it('is kept when requests overlap, even after a failed one', async () => {
    const order = new LaneOrder();
    const first = Promise.withResolvers<void>();
    const seen: number[] = [];
    const work = [
      order.runInOrder('a', async () => {
        await first.promise;
        seen.push(1);
        throw new Error('failed');
      }),
      order.runInOrder('a', () => Promise.resolve(seen.push(2))),
      order.runInOrder('b', () => Promise.resolve(seen.push(3))),
    ];
    await work[2];
    first.resolve();
    await expect(work[0]).rejects.toThrow('failed');
    await work[1];
    expect(seen).toEqual([3, 1, 2]);
  });

  it('is kept only for a few requests', async () => {
    const order = new LaneOrder();
    const never = Promise.withResolvers<void>();
    const waiting = [1, 2, 3].map(() => order.runInOrder('a', () => never.promise));
    await expect(order.runInOrder('a', () => Promise.resolve())).rejects.toMatchObject({ code: 'too_many_requests' });
    never.resolve();
    await Promise.all(waiting);
    await order.runInOrder('a', () => Promise.resolve());
  });
});

describe('BootWatch', () => {
  it('detects an outdated boot, until the newer one is silent or turns out to be ahead of time', () => {
    const watch = new BootWatch();
    const presentMs = 1_795_000_000_000;
    const boot = presentMs / 1_000;
    expect(watch.newerThan('a/live', boot, presentMs, 0)).toBeNull();
    expect(watch.newerThan('a/live', boot + 12, presentMs, 1_000)).toBeNull();
    expect(watch.newerThan('a/live', boot, presentMs, 2_000)).toBe(boot + 12);
    expect(watch.newerThan('a/backfill', boot, presentMs, 2_000)).toBeNull();
    expect(watch.newerThan('a/live', boot, presentMs, 61_000)).toBeNull();
    expect(watch.newerThan('b/live', boot + 20 * 86_400, presentMs, 0)).toBeNull();
    expect(watch.newerThan('b/live', boot + 5, presentMs, 1_000)).toBeNull();
  });
});

describe('clock offsets', () => {
  it('follow a clock that was set with the first request that carries its origin, in either direction', () => {
    const clocks = new ClockOffsets();
    const hourMs = 3_600_000;
    expect(clocks.estimate('a', 1_000 + 2 * hourMs, 1_000, 2 * hourMs)).toBe(2 * hourMs);
    expect(clocks.estimate('a', 1_970, 2_000, 0)).toBe(-30);
    expect(clocks.estimate('a', 2_990, 3_000, 9)).toBe(-10);
    expect(clocks.estimate('a', 4_000 + hourMs, 4_000, hourMs)).toBe(hourMs);
  });

  it('use the sample with the least delay', () => {
    const clocks = new ClockOffsets();
    expect(clocks.estimate('a', null, 0)).toBe(0);
    expect(clocks.estimate('a', 1_000 + 50 - 30, 1_000)).toBe(20);
    expect(clocks.estimate('a', 2_000 + 50 - 5, 2_000)).toBe(45);
    expect(clocks.estimate('a', 3_000 + 50 - 400, 3_000)).toBe(45);
    expect(clocks.estimate('a', null, 3_000)).toBe(45);
    expect(clocks.estimate('b', null, 3_000)).toBe(0);
  });

  it('follow a clock that is set forward or back', () => {
    const clocks = new ClockOffsets();
    clocks.estimate('a', 0, 0);
    const dayMs = 86_400_000;
    expect(clocks.estimate('a', 3 * dayMs + 1_000, 1_000)).toBe(3 * dayMs);
    // A step back may be a delay, until several consecutive samples agree.
    const back = [2_000, 3_000, 4_000].map((atMs) => clocks.estimate('a', -7_200_000 + atMs, atMs));
    expect(back).toEqual([3 * dayMs, 3 * dayMs, -7_200_000]);
  });

  it('are not distorted by uploads with a long delay', () => {
    const clocks = new ClockOffsets();
    expect(clocks.estimate('a', 50, 0)).toBe(50);
    expect(clocks.estimate('a', 0, 25_000)).toBe(50);
    expect(clocks.estimate('a', 0, 30_000)).toBe(50);
    expect(clocks.estimate('a', 31_000 + 45, 31_000)).toBe(50);
    // Three consecutive late samples with different delays: no clock was set.
    const late = [20_000, 40_000, 60_000, 75_000].map((lateMs) => clocks.estimate('a', 100_000 - lateMs, 100_000));
    expect(late).toEqual([50, 50, 50, 50]);
  });

  it('drop old samples', () => {
    const clocks = new ClockOffsets();
    expect(clocks.estimate('a', 500, 0)).toBe(500);
    expect(clocks.estimate('a', 300_000 + 100, 300_000)).toBe(100);
  });
});

describe('a rate limit', () => {
  it('allows a burst of two seconds’ worth, and then its rate per second', () => {
    const rate = new RateLimit(10);
    expect(rate.takeAmount('a', 20, 0)).toBeNull();
    expect(rate.takeAmount('a', 10, 0)).toBe(1);
    expect(rate.takeAmount('b', 20, 0)).toBeNull();
    expect(rate.takeAmount('a', 10, 1_000)).toBeNull();
    expect(rate.takeAmount('a', 20, 1_000)).toBe(2);
  });

  it('allows an amount larger than the bucket when it is full, and has it paid off', () => {
    const rate = new RateLimit(10);
    expect(rate.takeAmount('a', 100, 0)).toBeNull();
    expect(rate.takeAmount('a', 1, 1_000)).toBe(8);
    expect(rate.takeAmount('a', 1, 9_000)).toBeNull();
  });
});
