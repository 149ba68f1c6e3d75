import type { PendingWrite } from './participant';
import type { Claim, CommitTransaction, ShardRowLock } from './shard-store';
import type { WriterTransaction } from './writer';

/**
 * A takeover updates the key of the row under a stronger lock, so it waits until this transaction has committed or rolled back. Lease
 * renewals change no key: they proceed during a commit, regardless of how long it takes and of the order in which both lock rows.
 */
const COMMIT_LOCK: ShardRowLock = 'FOR KEY SHARE';

/** The writes of one commit for one shard. */
export interface ShardCommit<T = WriterTransaction> {
  claim: Claim;
  writes: PendingWrite<T>[];
  positions: Map<string, number>;
  /** Keys whose effects are committed ahead: up to `offset`, while the position of their participant is lower. */
  committedAhead: Map<string, readonly number[]>;
  /** Participants whose position has reached all of their keys that were committed ahead. */
  caughtUp: string[];
  offset: number;
  /** The shard's clock at these positions, ms since 1970; 0 before the first tick. */
  atMs: number;
  checkpoint: { position: number; bytes: Uint8Array } | null;
}

/** Thrown when another process has taken a shard over: the whole commit must be rolled back. */
export class EpochLost extends Error {
  constructor(shards: readonly number[]) {
    super(`epoch lost: shards ${shards.join(', ')} were taken over by another projector`);
    this.name = 'EpochLost';
  }
}

/** Writes several shards' commits inside one transaction. Throws `EpochLost` when one of the shards is no longer owned. */
export async function writeCommits<T>(
  transaction: CommitTransaction<T>,
  commits: readonly ShardCommit<T>[],
): Promise<void> {
  const claims = commits.map(({ claim }) => claim);
  await transaction.passFence();
  const held = new Set(await transaction.lockClaims(claims, COMMIT_LOCK));
  if (held.size !== claims.length) {
    throw new EpochLost(claims.map(({ shard }) => shard).filter((shard) => !held.has(shard)));
  }
  for (const commit of commits) {
    for (const write of commit.writes) await write.writeRows(transaction.rows);
  }
  const positions = commits.flatMap(({ claim, positions: stored, atMs }) =>
    [...stored].map(([participant, position]) => ({ shard: claim.shard, participant, position, atMs })),
  );
  if (positions.length > 0) await transaction.storePositions(positions);
  await writeCommittedAhead(transaction, commits);
  // Rows are updated in the order in which renewals lock them.
  for (const { claim, checkpoint } of [...commits].sort((a, b) => a.claim.shard - b.claim.shard)) {
    if (checkpoint) await transaction.storeCheckpoint(claim, checkpoint.position, checkpoint.bytes);
  }
}

async function writeCommittedAhead<T>(
  transaction: CommitTransaction<T>,
  commits: readonly ShardCommit<T>[],
): Promise<void> {
  const done = commits.flatMap(({ claim: { shard }, caughtUp }) =>
    caughtUp.map((participant) => ({ shard, participant })),
  );
  if (done.length > 0) await transaction.deleteCommittedAhead(done);
  const rows = commits.flatMap(({ claim: { shard }, committedAhead, offset }) =>
    [...committedAhead].flatMap(([participant, keys]) =>
      keys.map((key) => ({ shard, participant, key, position: offset })),
    ),
  );
  if (rows.length > 0) await transaction.storeCommittedAhead(rows);
}
