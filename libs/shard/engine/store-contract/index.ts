import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShardOwnership } from '../ownership';
import type { Claim, CommitConnection, ShardStore } from '../shard-store';
import { EpochLost, writeCommits, type ShardCommit } from '../write-commits';

/** A store of its own for one test, and the control over time and locks that tests need. */
export interface StoreUnderTest {
  store: ShardStore<unknown>;
  /** Advances time until `work` has settled. */
  advanceUntil<R>(work: Promise<R>): Promise<R>;
  /** Resolves once one statement waits for a lock. */
  untilOneWaits(): Promise<void>;
  /** Lets all leases expire. */
  expireLeases(): Promise<void>;
  close(): Promise<void>;
}

const SHARDS = 3;

/** Describes what the shard host requires of a store. Every implementation of the port runs it. */
export function describeShardStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`a store of shards, ${name}`, () => {
    let under: StoreUnderTest;
    let owner: ShardOwnership;
    let other: ShardOwnership;
    let connection: CommitConnection<unknown>;
    let otherConnection: CommitConnection<unknown>;

    beforeEach(async () => {
      under = await open();
      const { store, advanceUntil } = under;
      [owner, other] = ['owner', 'other'].map((holder) => new ShardOwnership(store, holder));
      await advanceUntil(owner.createShards(SHARDS));
      connection = await advanceUntil(store.connectWriter('owner', () => undefined));
      otherConnection = await advanceUntil(store.connectWriter('other', () => undefined));
    });

    afterEach(async () => {
      for (const each of [connection, otherConnection]) await under.advanceUntil(each.close());
      await under.close();
    });

    const take = (shard: number): Promise<Claim | null> =>
      under.advanceUntil(owner.takeoverShard(shard, connection.backend));

    function commitOf(claim: Claim, more: Partial<ShardCommit<unknown>> = {}): ShardCommit<unknown> {
      const nothing = { writes: [], positions: new Map(), committedAhead: new Map(), caughtUp: [], offset: 7, atMs: 0 };
      return { claim, ...nothing, checkpoint: null, ...more };
    }

    const commit = (commits: ShardCommit<unknown>[]): Promise<void> =>
      under.advanceUntil(connection.commit((transaction) => writeCommits(transaction, commits)));

    /** Keeps a commit of these claims open until `work` is done; the statements of `work` run during it. */
    const whileCommitting = (claims: Claim[], work: () => Promise<void>): Promise<void> =>
      under.advanceUntil(
        connection.commit(async (transaction) => {
          await writeCommits(
            transaction,
            claims.map((claim) => commitOf(claim)),
          );
          await work();
        }),
      );

    it('gives a shard to one holder at a time, each under a higher epoch', async () => {
      expect(await take(1)).toEqual({ shard: 1, epoch: 1, aheadS: 0 });
      expect(await under.advanceUntil(other.findFreeShards(SHARDS))).toEqual([0, 2]);
      expect(await under.advanceUntil(other.takeoverShard(1, otherConnection.backend))).toBeNull();
      await under.expireLeases();
      expect(await under.advanceUntil(other.findFreeShards(SHARDS))).toEqual([0, 1, 2]);
      expect(await under.advanceUntil(other.takeoverShard(1, otherConnection.backend))).toMatchObject({
        shard: 1,
        epoch: 2,
      });
      expect(await under.advanceUntil(owner.renewLeases())).toEqual([]);
      expect(await under.advanceUntil(other.renewLeases())).toEqual([{ shard: 1, epoch: 2 }]);
    });

    it('lets a holder take over its own shard again, and release only what it holds under that epoch', async () => {
      await take(1);
      expect(await under.advanceUntil(owner.takeoverShard(1, connection.backend, true))).toMatchObject({ epoch: 2 });
      await under.advanceUntil(owner.releaseShards([{ shard: 1, epoch: 1 }]));
      expect(await under.advanceUntil(owner.renewLeases())).toEqual([{ shard: 1, epoch: 2 }]);
      await under.advanceUntil(owner.releaseShards([{ shard: 1, epoch: 2 }]));
      expect(await under.advanceUntil(owner.renewLeases())).toEqual([]);
    });

    it('divides the shards among the projectors seen recently', async () => {
      await under.advanceUntil(owner.renewLeases());
      expect(await under.advanceUntil(owner.share(SHARDS))).toBe(3);
      await under.advanceUntil(other.renewLeases());
      expect(await under.advanceUntil(owner.share(SHARDS))).toBe(2);
      await under.advanceUntil(other.leaveGroup());
      expect(await under.advanceUntil(owner.share(SHARDS))).toBe(3);
    });

    it('terminates the connection of the former owner, and no other', async () => {
      await take(1);
      await under.expireLeases();
      await under.advanceUntil(other.takeoverShard(1, otherConnection.backend));
      await expect(commit([commitOf({ shard: 1, epoch: 1 })])).rejects.toThrow();
      await under.advanceUntil(
        otherConnection.commit((transaction) => writeCommits(transaction, [commitOf({ shard: 1, epoch: 2 })])),
      );
    });

    it('stores positions, keys committed ahead and the checkpoint with the commit, or nothing', async () => {
      const claims = [await take(0), await take(1)].flatMap((claim) => claim ?? []);
      const stored = {
        positions: new Map([['status', 5]]),
        committedAhead: new Map([['series', [3, 4]]]),
        checkpoint: { position: 5, bytes: Uint8Array.of(1, 2) },
      };
      await commit([commitOf(claims[0], stored), commitOf(claims[1], { positions: new Map([['status', 9]]) })]);
      const first = await under.advanceUntil(under.store.loadShard(0));
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
      await expect(commit(lost)).rejects.toThrow(EpochLost);
      expect((await under.advanceUntil(under.store.loadShard(1))).positions).toEqual(new Map([['status', 9]]));
      await commit([commitOf(claims[0], { positions: new Map([['series', 8]]), caughtUp: ['series'] })]);
      expect((await under.advanceUntil(under.store.loadShard(0))).committedAhead).toEqual(new Map());
    });

    it('renews leases during a commit', async () => {
      const claims = [await take(0), await take(1)].flatMap((claim) => claim ?? []);
      let renewed: Claim[] = [];
      await whileCommitting(claims, async () => void (renewed = await owner.renewLeases()));
      expect(renewed).toHaveLength(2);
    });

    it('makes a takeover wait for a commit in progress', async () => {
      const claim = await take(1);
      if (!claim) throw new Error('the shard was not free');
      let taken: Promise<Claim | null> = Promise.resolve(null);
      await whileCommitting([claim], async () => {
        // Taking over with the owner's own connection does not terminate it.
        taken = owner.takeoverShard(1, connection.backend, true);
        await under.untilOneWaits();
      });
      expect(await under.advanceUntil(taken)).toMatchObject({ epoch: 2 });
      await expect(commit([commitOf(claim)])).rejects.toThrow(EpochLost);
    });
  });
}
