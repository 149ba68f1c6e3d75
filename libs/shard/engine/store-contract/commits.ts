import { expect, it } from 'vitest';
import type { Claim } from '../shard-store';
import { EpochLost } from '../write-commits';
import { commitOf, type StoreScene } from './store-scene';

/** Commits: atomic, only by the owner, alongside lease renewals, and before takeovers. */
export function itCommits(scene: StoreScene): void {
  it('stores positions, keys committed ahead and the checkpoint with the commit, or nothing', async () => {
    const claims = [await scene.takeShard(0), await scene.takeShard(1)].flatMap((claim) => claim ?? []);
    const stored = {
      positions: new Map([['status', 5]]),
      committedAhead: new Map([['series', [3, 4]]]),
      checkpoint: { position: 5, bytes: Uint8Array.of(1, 2) },
    };
    await scene.commit([commitOf(claims[0], stored), commitOf(claims[1], { positions: new Map([['status', 9]]) })]);
    const first = await scene.under.advanceUntil(scene.under.store.loadShard(0));
    expect(first).toMatchObject({ checkpointPosition: 5, positions: new Map([['status', 5]]) });
    expect([...(first.checkpoint ?? [])]).toEqual([1, 2]);
    expect(first.committedAhead).toEqual(
      new Map([
        [
          'series',
          new Map([
            [3, 7],
            [4, 7],
          ]),
        ],
      ]),
    );
    const lost = [commitOf(claims[1], { positions: new Map([['status', 10]]) }), commitOf({ shard: 0, epoch: 9 })];
    await expect(scene.commit(lost)).rejects.toThrow(EpochLost);
    expect((await scene.under.advanceUntil(scene.under.store.loadShard(1))).positions).toEqual(
      new Map([['status', 9]]),
    );
    await scene.commit([commitOf(claims[0], { positions: new Map([['series', 8]]), caughtUp: ['series'] })]);
    expect((await scene.under.advanceUntil(scene.under.store.loadShard(0))).committedAhead).toEqual(new Map());
  });

  it('renews leases during a commit', async () => {
    const claims = [await scene.takeShard(0), await scene.takeShard(1)].flatMap((claim) => claim ?? []);
    let renewed: Claim[] = [];
    await scene.whileCommitting(claims, async () => void (renewed = await scene.owner.renewLeases()));
    expect(renewed).toHaveLength(2);
  });

  it('makes a takeover wait for a commit in progress', async () => {
    const claim = await scene.takeShard(1);
    if (!claim) throw new Error('the shard was not free');
    let taken: Promise<Claim | null> = Promise.resolve(null);
    await scene.whileCommitting([claim], async () => {
      // Taking over with the owner's own connection does not terminate it.
      taken = scene.owner.takeoverShard(1, scene.connection.backend, true);
      await scene.under.untilOneWaits();
    });
    expect(await scene.under.advanceUntil(taken)).toMatchObject({ epoch: 2 });
    await expect(scene.commit([commitOf(claim)])).rejects.toThrow(EpochLost);
  });
}
