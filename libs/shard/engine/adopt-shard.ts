import type { FeedFact } from '@icmp-mon/probing/contract';
import { passCommitFence } from './commit-fence';
import type { ShardDirectory } from './directory';
import { ADOPTION_HOLDER, ADOPTION_LEASE_MS } from './lease-sql';
import { OwnedShard } from './owned-shard';
import type { ShardParticipant } from './participant';
import { PostgresCommit } from './postgres-commit';
import { readerOf } from './postgres-shard-store';
import type { Claim } from './shard-store';
import { writeCommits } from './write-commits';
import { ShardWriter, type WriterTransaction } from './writer';

export interface Adoption {
  telemetryUrl: string;
  shard: number;
  /** Offset to continue from: the first that the log holds, or the first whose effects are not stored. */
  low: number;
  /** The log is another one than that of the stored positions: nothing in it was ever read. */
  newLog: boolean;
  /** Does without the checkpoint: one that this release cannot read. */
  fresh?: boolean;
  /** When the first record that the log holds was written; now, if it holds none. */
  logFrom: Date;
  /** All facts of the feed that hold for the shard, and up to which of its positions that is so. */
  feed: { facts: readonly FeedFact[]; feedPosition: number };
  participants(shard: number, directory: () => ShardDirectory): ShardParticipant[];
}

export interface Adopted {
  /** Null when no result is missing: everything that was lost had been stored before. */
  notMeasured: { from: Date; to: Date } | null;
}

/**
 * Accepts that the records before `low` are gone: the shard continues from there with the statuses and numbers that are stored, the
 * feed's present facts, and verdicts that start from nothing; what was not measured is recorded. The adoption owns the shard during this,
 * under an epoch and a lease of its own: the projector that owned it has lost it, keeps its others, and the next owner starts from what this
 * stored, all in one transaction. If it fails, the shard is free as it was.
 */
export async function adoptShard(adoption: Adoption): Promise<Adopted> {
  const writer = await ShardWriter.connect(adoption.telemetryUrl, ADOPTION_HOLDER, () => undefined);
  try {
    const claim = await claimShard(writer, adoption.shard);
    try {
      return await writer.transaction((transaction) => adopt(transaction, claim, adoption));
    } catch (error) {
      await release(writer, claim).catch((releasing: unknown) => {
        throw new AggregateError([error, releasing], `shard ${claim.shard} was neither adopted nor given back`);
      });
      throw error;
    }
  } finally {
    await writer.close();
  }
}

/** A commit under way holds the row: this waits for it, and any later one finds another epoch. */
async function claimShard(writer: ShardWriter, shard: number): Promise<Claim> {
  const { backend } = writer;
  const [claim] = await writer.query<Claim>(
    `UPDATE shard s SET epoch = s.epoch + 1, holder = $2, expires_at = now() + $3::integer * interval '1 millisecond',
            backend_pid = $4, backend_start = $5
     FROM (SELECT shard FROM shard WHERE shard = $1 FOR UPDATE) AS held
     WHERE s.shard = held.shard
     RETURNING s.shard, s.epoch::float8 AS epoch`,
    [shard, ADOPTION_HOLDER, ADOPTION_LEASE_MS, backend.pid, backend.start],
  );
  if (!claim) throw new Error(`There is no shard ${shard} in the telemetry database.`);
  return claim;
}

async function release(sql: Pick<WriterTransaction, 'query'>, { shard, epoch }: Claim): Promise<void> {
  await sql.query(
    `UPDATE shard SET holder = NULL, expires_at = '-infinity', backend_pid = NULL, backend_start = NULL
     WHERE shard = $1 AND epoch = $2`,
    [shard, epoch],
  );
}

async function adopt(transaction: WriterTransaction, claim: Claim, adoption: Adoption): Promise<Adopted> {
  const { shard, low, newLog, feed, participants } = adoption;
  await passCommitFence(transaction);
  const gap = await gapOf(transaction, adoption);
  const owned = await OwnedShard.load(
    readerOf(transaction),
    claim,
    (directory) => participants(shard, directory),
    () => undefined,
    { fresh: adoption.fresh },
  );
  const commit = await owned.skip(transaction, { position: low - 1, newLog, ...feed });
  await writeCommits(new PostgresCommit(transaction), [commit]);
  if (gap) {
    await transaction.query('INSERT INTO not_measured (shard, from_at, to_at, reason) VALUES ($1, $2, $3, $4)', [
      shard,
      gap.from,
      gap.to,
      newLog ? 'the shard log was made anew' : 'the shard log lost records before they were stored',
    ]);
  }
  await release(transaction, claim);
  return { notMeasured: gap };
}

/** From the time of the last record whose results are stored to that of the first one to come. */
async function gapOf(
  transaction: WriterTransaction,
  { shard, low, newLog, logFrom }: Adoption,
): Promise<{ from: Date; to: Date } | null> {
  const [stored] = await transaction.query<{ lowest: number | null; at: Date | null }>(
    `SELECT min(p.position)::float8 AS lowest, coalesce(min(p.log_at), max(s.checkpoint_at)) AS at
     FROM shard s LEFT JOIN shard_position p USING (shard) WHERE s.shard = $1`,
    [shard],
  );
  if (!stored?.at || stored.lowest === null) return null;
  if (!newLog && stored.lowest + 1 >= low) return null;
  return stored.at < logFrom ? { from: stored.at, to: logFrom } : null;
}
