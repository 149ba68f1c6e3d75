import { passCommitFence } from './commit-fence';
import type { CommittedAheadRow, Claim, CommitTransaction, PositionRow, ShardRowLock } from './shard-store';
import type { WriterTransaction } from './writer';

/** A commit of shards inside a transaction of the telemetry database. */
export class PostgresCommit implements CommitTransaction {
  constructor(readonly rows: WriterTransaction) {}

  passFence(): Promise<void> {
    return passCommitFence(this.rows);
  }

  async lockClaims(claims: readonly Claim[], lock: ShardRowLock): Promise<number[]> {
    const held = await this.rows.query<{ shard: number }>(
      `SELECT s.shard FROM shard s JOIN unnest($1::smallint[], $2::bigint[]) AS mine(shard, epoch)
         ON s.shard = mine.shard AND s.epoch = mine.epoch ${lock} OF s`,
      [claims.map(({ shard }) => shard), claims.map(({ epoch }) => epoch)],
    );
    return held.map(({ shard }) => shard);
  }

  async storePositions(rows: readonly PositionRow[]): Promise<void> {
    await this.rows.query(
      `INSERT INTO shard_position (shard, participant, position, log_at)
       SELECT shard, participant, position, to_timestamp(nullif("atMs", 0) / 1000)
       FROM jsonb_to_recordset($1::jsonb) AS r(shard smallint, participant text, position bigint, "atMs" float8)
       ON CONFLICT (shard, participant) DO UPDATE SET position = excluded.position, log_at = excluded.log_at`,
      [JSON.stringify(rows)],
    );
  }

  async storeCommittedAhead(rows: readonly CommittedAheadRow[]): Promise<void> {
    await this.rows.query(
      `INSERT INTO shard_ahead (shard, participant, key, position)
       SELECT shard, participant, key, position
       FROM jsonb_to_recordset($1::jsonb) AS r(shard smallint, participant text, key bigint, position bigint)
       ON CONFLICT (shard, participant, key) DO UPDATE SET position = excluded.position`,
      [JSON.stringify(rows)],
    );
  }

  async deleteCommittedAhead(of: readonly { shard: number; participant: string }[]): Promise<void> {
    await this.rows.query(
      `DELETE FROM shard_ahead a USING unnest($1::smallint[], $2::text[]) AS d(shard, participant)
       WHERE a.shard = d.shard AND a.participant = d.participant`,
      [of.map(({ shard }) => shard), of.map(({ participant }) => participant)],
    );
  }

  async storeCheckpoint({ shard, epoch }: Claim, position: number, bytes: Uint8Array): Promise<void> {
    await this.rows.query(
      'UPDATE shard SET checkpoint = $3, checkpoint_position = $4, checkpoint_at = now() WHERE shard = $1 AND epoch = $2',
      [shard, epoch, bytes, position],
    );
  }
}
