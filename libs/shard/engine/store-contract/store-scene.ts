import { ShardOwnership } from '../ownership';
import type { Claim, CommitConnection, ShardStore } from '../shard-store';
import { writeCommits, type ShardCommit } from '../write-commits';

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

/** Number of shards of a store under test. */
export const SHARDS = 3;

/** A store with two projectors, `owner` and `other`, each with a connection to commit over. */
export class StoreScene {
  under!: StoreUnderTest;
  owner!: ShardOwnership;
  other!: ShardOwnership;
  connection!: CommitConnection<unknown>;
  otherConnection!: CommitConnection<unknown>;

  async open(under: StoreUnderTest): Promise<void> {
    this.under = under;
    const { store, advanceUntil } = under;
    [this.owner, this.other] = ['owner', 'other'].map((holder) => new ShardOwnership(store, holder));
    await advanceUntil(this.owner.createShards(SHARDS));
    this.connection = await advanceUntil(store.connectWriter('owner', () => undefined));
    this.otherConnection = await advanceUntil(store.connectWriter('other', () => undefined));
  }

  async close(): Promise<void> {
    for (const each of [this.connection, this.otherConnection]) await this.under.advanceUntil(each.close());
    await this.under.close();
  }

  /** Lets the owner take a shard over. */
  takeShard(shard: number): Promise<Claim | null> {
    return this.under.advanceUntil(this.owner.takeoverShard(shard, this.connection.backend));
  }

  commit(commits: ShardCommit<unknown>[]): Promise<void> {
    return this.under.advanceUntil(this.connection.commit((transaction) => writeCommits(transaction, commits)));
  }

  /** Keeps a commit of these claims open until `work` is done; the statements of `work` run during it. */
  whileCommitting(claims: Claim[], work: () => Promise<void>): Promise<void> {
    return this.under.advanceUntil(
      this.connection.commit(async (transaction) => {
        await writeCommits(
          transaction,
          claims.map((claim) => commitOf(claim)),
        );
        await work();
      }),
    );
  }
}

/** Returns a commit of one shard without effects, with the given members. */
export function commitOf(claim: Claim, more: Partial<ShardCommit<unknown>> = {}): ShardCommit<unknown> {
  const nothing = { writes: [], positions: new Map(), committedAhead: new Map(), caughtUp: [], offset: 7, atMs: 0 };
  return { claim, ...nothing, checkpoint: null, ...more };
}
