import type { WriterTransaction } from './writer';

/** A shard under the epoch by which this process may commit for it. */
export interface Claim {
  shard: number;
  epoch: number;
}

export interface TakenShard extends Claim {
  /** How far in the future the former lease ended beyond its length, in seconds; 0 for one that had simply ended. */
  aheadS: number;
}

/** Identifies a server process beyond the reuse of its pid, so that a successor can end it. */
export interface Backend {
  pid: number;
  start: string;
}

/** Who wants to take which shard, and over which connection it will commit. */
export interface Taking {
  shard: number;
  holder: string;
  backend: Backend;
  ttlMs: number;
  /** The shard is the holder's own, whose memory was dropped. */
  retake: boolean;
}

/** Row locks of PostgreSQL that commits may hold on the rows of their shards. */
export type ShardRowLock = 'FOR KEY SHARE' | 'FOR SHARE';

export interface StoredShard {
  checkpoint: Uint8Array | null;
  checkpointPosition: number;
  /** By participant. */
  positions: Map<string, number>;
  /** By participant and key: effects that are stored beyond the participant's position. */
  ahead: Map<string, Map<number, number>>;
}

export interface PositionRow {
  shard: number;
  participant: string;
  position: number;
  /** The shard's own time at that position, ms since 1970; 0 before the first tick. */
  atMs: number;
}

export interface AheadRow {
  shard: number;
  participant: string;
  key: number;
  position: number;
}

/** What is stored of a shard; `rows` is how participants read what is stored of theirs. */
export interface ShardReader<T = WriterTransaction> {
  readonly rows: T;
  /** Throws when there is no such shard. */
  load(shard: number): Promise<StoredShard>;
}

/** A transaction that commits effects and positions of shards. `rows` is how participants write theirs. */
export interface CommitTransaction<T = WriterTransaction> {
  readonly rows: T;
  /** Waits while commits are held, as by a rebuild. */
  passFence(): Promise<void>;
  /** Locks the rows of shards that are still owned under these epochs, and returns which those are. */
  lockClaims(claims: readonly Claim[], lock: ShardRowLock): Promise<number[]>;
  storePositions(rows: readonly PositionRow[]): Promise<void>;
  storeAhead(rows: readonly AheadRow[]): Promise<void>;
  forgetAhead(of: readonly { shard: number; participant: string }[]): Promise<void>;
  storeCheckpoint(claim: Claim, position: number, bytes: Uint8Array): Promise<void>;
}

/** The one connection over which a projector commits: its server process is what a successor has to end. */
export interface CommitConnection<T = WriterTransaction> {
  readonly backend: Backend;
  /** Runs `work` in one transaction; any error rolls back and is passed on. */
  commit<R>(work: (transaction: CommitTransaction<T>) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/**
 * Where shards are stored: their leases, checkpoints, positions. Leases end by the store's own clock. Each method is one statement
 * of its own: it happens as a whole or not at all, and its answer may get lost.
 */
export interface ShardStore<T = WriterTransaction> extends ShardReader<T> {
  countShards(): Promise<number>;
  addShards(shardCount: number): Promise<void>;
  /** Forgets projectors that were not seen within a day. */
  forgetProjectors(): Promise<void>;
  noteSeen(holder: string): Promise<void>;
  /** Renews all leases of the holder and returns them. Locks their rows in the order of their numbers. */
  renewLeases(holder: string, ttlMs: number): Promise<Claim[]>;
  /** How many projectors were seen within `ttlMs`. */
  countProjectors(ttlMs: number): Promise<number>;
  /** Shards that no other projector holds, by number. */
  freeShards(holder: string, limit: number): Promise<number[]>;
  /** Ends the server process that the shard's row names, if the shard may be taken and the process is another's. */
  endFormerWriter(taking: Taking): Promise<void>;
  /** Takes the shard under the next epoch, once no commit is under way. Null when another projector was faster. */
  raiseEpoch(taking: Taking): Promise<TakenShard | null>;
  /** Gives shards back that the holder still holds under these epochs: not those that it has taken again since. */
  release(holder: string, claims: readonly Claim[]): Promise<void>;
  forgetProjector(holder: string): Promise<void>;
  /** `onLost` is called when the connection ends by itself, also when connecting fails. */
  connectWriter(name: string, onLost: (error: Error) => void): Promise<CommitConnection<T>>;
}
