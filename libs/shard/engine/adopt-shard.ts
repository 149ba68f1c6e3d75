import type { FeedFact } from '@icmp-mon/probing/contract';
import { passCommitFence } from './commit-fence';
import { ADOPTION_HOLDER, ADOPTION_LEASE_MS } from './lease-sql';
import { OwnedShard } from './owned-shard';
import { PostgresCommit } from './postgres-commit';
import { readerOf } from './postgres-shard-store';
import type { ShardHostOptions } from './shard-host';
import type { Claim } from './shard-store';
import { writeCommits } from './write-commits';
import { ShardWriter, type WriterTransaction } from './writer';

export interface Adoption extends Pick<ShardHostOptions, 'participants'> {
  telemetryUrl: string;
  shard: number;
  /** Offset to continue from: the first that the log holds, or the first whose effects are not stored. */
  low: number;
  /** The log is not the one that the stored positions refer to: none of its records were ever read. */
  newLog: boolean;
  /** Ignores the checkpoint, because this release cannot read it. */
  fresh?: boolean;
  /** When the first record that the log holds was written; the present if the log is empty. */
  logFrom: Date;
  /** All facts of the feed that hold for the shard, and the position in the feed at which they hold. */
  feed: { facts: readonly FeedFact[]; feedPosition: number };
}

export interface Adopted {
  /** Null when no result is missing: everything that was lost from the log had been stored before. */
  notMeasured: { from: Date; to: Date } | null;
}

/**
 * Accepts the loss of the records before `low`. The shard continues from there with the stored statuses and numbers, the present facts of
 * the feed, and empty verdicts; the gap is recorded as not measured. During the adoption the shard is held under an epoch and a lease
 * of the adoption's own: its projector loses it and keeps its other shards, and the next owner starts from what the adoption stored,
 * in one transaction. If the adoption fails, the shard is released unchanged.
 */
export async function adoptShard(adoption: Adoption): Promise<Adopted> {
  const writer = await ShardWriter.connect(adoption.telemetryUrl, ADOPTION_HOLDER, () => undefined);
  try {
    const claim = await claimShard(writer, adoption.shard);
    try {
      return await writer.transaction((transaction) => adopt(transaction, claim, adoption));
    } catch (error) {
      await release(writer, claim).catch((releasing: unknown) => {
        throw new AggregateError(
          [error, releasing],
          `shard ${claim.shard} could be neither adopted nor released; its lease expires after ${ADOPTION_LEASE_MS / 60_000} min`,
        );
      });
      throw error;
    }
  } finally {
    await writer.close();
  }
}

/** Takes the shard under the next epoch. Waits for a commit in progress, which locks the row; later commits find a newer epoch. */
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
  if (!claim) throw new Error(`The telemetry database has no shard ${shard}.`);
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
  const commit = await owned.skipToPosition(transaction, { position: low - 1, newLog, ...feed });
  await writeCommits(new PostgresCommit(transaction), [commit]);
  if (gap) {
    await transaction.query('INSERT INTO not_measured (shard, from_at, to_at, reason) VALUES ($1, $2, $3, $4)', [
      shard,
      gap.from,
      gap.to,
      newLog ? 'the shard log was recreated' : 'the shard log lost records before they were stored',
    ]);
  }
  await release(transaction, claim);
  return { notMeasured: gap };
}

/** Returns the time from the last record whose results are stored to the first record that is still in the log. */
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
