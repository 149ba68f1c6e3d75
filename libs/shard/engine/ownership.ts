import type { Backend, Claim, ShardStore, TakenShard } from './shard-store';

export const LEASE_TTL_MS = 5_000;
/** A projector not seen for this long gets no share of the shards: its leases would have expired as well. */
const PROJECTOR_TTL_MS = LEASE_TTL_MS;

/** Which shards this process owns, by leases in the store and by the store's clock. */
export class ShardOwnership {
  constructor(
    private readonly store: Omit<ShardStore<unknown>, 'connectWriter'>,
    readonly holder: string,
  ) {}

  async createShards(shardCount: number): Promise<void> {
    const known = await this.store.countShards();
    if (known > 0 && known !== shardCount) {
      throw new Error(
        `This installation has ${known} shards, but ICMPMON_SHARD_COUNT is ${shardCount}. The number is fixed at ` +
          `installation: set ICMPMON_SHARD_COUNT=${known}.`,
      );
    }
    await this.store.addShards(shardCount);
  }

  async forgetOthers(): Promise<void> {
    await this.store.forgetProjectors();
  }

  /** Renews all held leases and returns them; a held shard missing from the result was lost. */
  async renewLeases(): Promise<Claim[]> {
    await this.store.noteSeen(this.holder);
    return this.store.renewLeases(this.holder, LEASE_TTL_MS);
  }

  /** Returns this projector's fair share, in shards. */
  async share(shardCount: number): Promise<number> {
    return Math.ceil(shardCount / Math.max(1, await this.store.countProjectors(PROJECTOR_TTL_MS)));
  }

  /** Returns up to `limit` shards without a valid lease: never held, expired, or ending later than any lease may. */
  async findFreeShards(limit: number): Promise<number[]> {
    return limit <= 0 ? [] : this.store.freeShards(this.holder, limit);
  }

  /**
   * Terminates the former owner's server process, which could still have an open commit, and raises the epoch once no commit is in
   * progress. Returns null when another projector was faster. `retake`: the shard is this holder's own, its memory was discarded.
   */
  async takeoverShard(shard: number, backend: Backend, retake = false): Promise<TakenShard | null> {
    const taking = { shard, holder: this.holder, backend, ttlMs: LEASE_TTL_MS, retake };
    await this.store.endFormerWriter(taking);
    return this.store.raiseEpoch(taking);
  }

  async releaseShards(claims: readonly Claim[]): Promise<void> {
    await this.store.releaseShards(this.holder, claims);
  }

  async leaveGroup(): Promise<void> {
    await this.store.forgetProjector(this.holder);
  }
}
