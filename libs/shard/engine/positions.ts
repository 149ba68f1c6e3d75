import type { Sql } from '@icmp-mon/platform/database';
import type { LogBounds } from '@icmp-mon/platform/messaging';
import { SHARD_IS_HELD } from './lease-sql';

/** `before`: the next record to read was deleted. `past`: it was never in this log. */
export type PositionState = 'ok' | 'before' | 'past';

export interface ShardPosition {
  shard: number;
  /** Null while no projector owns the shard. */
  owner: string | null;
  epoch: number;
  /** Position of the checkpoint: the next owner starts reading after it. */
  checkpoint: number;
  checkpointAt: Date | null;
  /** Position up to which the effects of all participants are stored; before the first commit, the position of the checkpoint. */
  stored: number;
  /** The shard's clock at that position. */
  storedAt: Date | null;
  log: LogBounds;
  /** Records that are not stored yet. */
  lag: number;
  state: PositionState;
}

/**
 * Returns every shard's position with the bounds of its log, by number. The bounds are read after the positions: otherwise a shard that
 * advances between the two reads would appear to be past the end.
 */
export async function shardPositions(
  sql: Sql,
  readBounds: () => Promise<ReadonlyMap<number, LogBounds>>,
): Promise<ShardPosition[]> {
  const rows = await sql.query<Omit<ShardPosition, 'log' | 'lag' | 'state'> & { highest: number }>(
    `SELECT s.shard, CASE WHEN ${SHARD_IS_HELD} THEN s.holder END AS owner, s.epoch,
            s.checkpoint_position AS checkpoint, s.checkpoint_at AS "checkpointAt",
            coalesce(p.lowest, s.checkpoint_position) AS stored, p.log_at AS "storedAt",
            greatest(coalesce(p.highest, -1), s.checkpoint_position) AS highest
     FROM shard s
     LEFT JOIN (SELECT shard, min(position) AS lowest, max(position) AS highest, min(log_at) AS log_at
                FROM shard_position GROUP BY shard) AS p ON p.shard = s.shard
     ORDER BY s.shard`,
  );
  const bounds = await readBounds();
  return rows.map(({ highest, ...row }) => {
    const log = bounds.get(row.shard) ?? { low: 0, high: 0 };
    const state = stateOf(row.checkpoint, highest, log);
    return { ...row, log, state, lag: state === 'past' ? log.high - log.low : Math.max(0, log.high - 1 - row.stored) };
  });
}

function stateOf(checkpoint: number, highest: number, log: LogBounds): PositionState {
  if (highest >= log.high) return 'past';
  return checkpoint + 1 < log.low ? 'before' : 'ok';
}
