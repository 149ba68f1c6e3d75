import { expect, it } from 'vitest';
import { writeCommits } from '../write-commits';
import { commitOf, SHARDS, type StoreScene } from './store-scene';

/** Leases: one holder per shard, fair shares, and the connection of the former owner. */
export function itKeepsLeases(scene: StoreScene): void {
  it('gives a shard to one holder at a time, each under a higher epoch', async () => {
    expect(await scene.takeShard(1)).toEqual({ shard: 1, epoch: 1, aheadS: 0 });
    expect(await scene.under.advanceUntil(scene.other.findFreeShards(SHARDS))).toEqual([0, 2]);
    expect(await scene.under.advanceUntil(scene.other.takeoverShard(1, scene.otherConnection.backend))).toBeNull();
    await scene.under.expireLeases();
    expect(await scene.under.advanceUntil(scene.other.findFreeShards(SHARDS))).toEqual([0, 1, 2]);
    expect(await scene.under.advanceUntil(scene.other.takeoverShard(1, scene.otherConnection.backend))).toMatchObject({
      shard: 1,
      epoch: 2,
    });
    expect(await scene.under.advanceUntil(scene.owner.renewLeases())).toEqual([]);
    expect(await scene.under.advanceUntil(scene.other.renewLeases())).toEqual([{ shard: 1, epoch: 2 }]);
  });

  it('lets a holder take over its own shard again, and release only what it holds under that epoch', async () => {
    await scene.takeShard(1);
    expect(await scene.under.advanceUntil(scene.owner.takeoverShard(1, scene.connection.backend, true))).toMatchObject({
      epoch: 2,
    });
    await scene.under.advanceUntil(scene.owner.releaseShards([{ shard: 1, epoch: 1 }]));
    expect(await scene.under.advanceUntil(scene.owner.renewLeases())).toEqual([{ shard: 1, epoch: 2 }]);
    await scene.under.advanceUntil(scene.owner.releaseShards([{ shard: 1, epoch: 2 }]));
    expect(await scene.under.advanceUntil(scene.owner.renewLeases())).toEqual([]);
  });

  it('divides the shards among the projectors seen recently', async () => {
    await scene.under.advanceUntil(scene.owner.renewLeases());
    expect(await scene.under.advanceUntil(scene.owner.share(SHARDS))).toBe(3);
    await scene.under.advanceUntil(scene.other.renewLeases());
    expect(await scene.under.advanceUntil(scene.owner.share(SHARDS))).toBe(2);
    await scene.under.advanceUntil(scene.other.leaveGroup());
    expect(await scene.under.advanceUntil(scene.owner.share(SHARDS))).toBe(3);
  });

  it('terminates the connection of the former owner, and no other', async () => {
    await scene.takeShard(1);
    await scene.under.expireLeases();
    await scene.under.advanceUntil(scene.other.takeoverShard(1, scene.otherConnection.backend));
    await expect(scene.commit([commitOf({ shard: 1, epoch: 1 })])).rejects.toThrow();
    await scene.under.advanceUntil(
      scene.otherConnection.commit((transaction) => writeCommits(transaction, [commitOf({ shard: 1, epoch: 2 })])),
    );
  });
}
