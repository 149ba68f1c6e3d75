import type { WriterTransaction } from './writer';

/** A shard, and the epoch under which this process may commit for it. */
export interface Claim {
  shard: number;
  epoch: number;
}

export interface TakenShard extends Claim {
  /** How far beyond its longest duration the former lease ended, in seconds; 0 for a lease that had expired normally. */
  aheadS: number;
}

/** Identifies a database server process even when its pid is reused, so that a successor can terminate it. */
export interface Backend {
  pid: number;
  start: string;
}

/** A request to take over a shard, with the connection over which the new holder will commit. */
export interface Taking {
  shard: number;
  holder: string;
  backend: Backend;
  ttlMs: number;
  /** The holder takes over its own shard again, after its memory was discarded. */
  retake: boolean;
}

/** Row locks of PostgreSQL that a commit may hold on the rows of its shards. */
export type ShardRowLock = 'FOR KEY SHARE' | 'FOR SHARE';

export interface StoredShard {
  checkpoint: Uint8Array | null;
  checkpointPosition: number;
  /** Stored position by participant. */
  positions: Map<string, number>;
  /** By participant and key: the position up to which effects are committed ahead of the participant's position. */
  committedAhead: Map<string, Map<number, number>>;
}

export interface PositionRow {
  shard: number;
  participant: string;
  position: number;
  /** The shard's clock at that position, ms since 1970; 0 before the first tick. */
  atMs: number;
}

export interface CommittedAheadRow {
  shard: number;
  participant: string;
  key: number;
  position: number;
}

/** Reads what is stored of a shard; through `rows`, participants read their own rows. */
export interface ShardReader<T = WriterTransaction> {
  readonly rows: T;
  /** Throws when the shard does not exist. */
  loadShard(shard: number): Promise<StoredShard>;
}

/** A transaction that commits effects and positions of shards; through `rows`, participants write their own rows. */
export interface CommitTransaction<T = WriterTransaction> {
  readonly rows: T;
  /** Waits while another process blocks commits, as a rebuild does. */
  passFence(): Promise<void>;
  /** Locks the rows of those shards that are still owned under these epochs, and returns their numbers. */
  lockClaims(claims: readonly Claim[], lock: ShardRowLock): Promise<number[]>;
  storePositions(rows: readonly PositionRow[]): Promise<void>;
  storeCommittedAhead(rows: readonly CommittedAheadRow[]): Promise<void>;
  deleteCommittedAhead(of: readonly { shard: number; participant: string }[]): Promise<void>;
  storeCheckpoint(claim: Claim, position: number, bytes: Uint8Array): Promise<void>;
}

/** The one connection over which a projector commits. A successor terminates its server process. */
export interface CommitConnection<T = WriterTransaction> {
  readonly backend: Backend;
  /** Runs `work` in one transaction. Rolls back on any error and rethrows it. */
  commit<R>(work: (transaction: CommitTransaction<T>) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/**
 * Stores shards: their leases, checkpoints and positions. Leases expire by the store's own clock. Each method is a single statement: it
 * takes effect completely or not at all, and its answer may be lost.
 */
export interface ShardStore<T = WriterTransaction> extends ShardReader<T> {
  countShards(): Promise<number>;
  addShards(shardCount: number): Promise<void>;
  /** Deletes projectors that were not seen within a day. */
  forgetProjectors(): Promise<void>;
  noteSeen(holder: string): Promise<void>;
  /** Renews all leases of the holder and returns them. Locks their rows in ascending order. */
  renewLeases(holder: string, ttlMs: number): Promise<Claim[]>;
  /** Returns the number of projectors seen within `ttlMs`. */
  countProjectors(ttlMs: number): Promise<number>;
  /** Returns shards that no other projector holds, in ascending order. */
  freeShards(holder: string, limit: number): Promise<number[]>;
  /** Terminates the server process named by the shard's row, if the shard may be taken over and the process belongs to another. */
  endFormerWriter(taking: Taking): Promise<void>;
  /** Takes the shard under the next epoch, after any commit in progress has ended. Returns null when another projector was faster. */
  raiseEpoch(taking: Taking): Promise<TakenShard | null>;
  /** Releases shards that the holder still holds under these epochs; a shard that it has taken over again since is kept. */
  releaseShards(holder: string, claims: readonly Claim[]): Promise<void>;
  forgetProjector(holder: string): Promise<void>;
  /** `onLost` is called when the connection closes unexpectedly, also when connecting fails. */
  connectWriter(name: string, onLost: (error: Error) => void): Promise<CommitConnection<T>>;
}
