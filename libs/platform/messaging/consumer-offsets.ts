import type { Sql } from '@icmp-mon/platform/database';

/** Where a group stands in a partition: kept in the database that the group's effects go to. */
export interface ConsumerOffset {
  nextOffset: number;
  /** Highest position in the event store that was handled; 0 before the first. */
  relayPosition: number;
}

/** Another consumer of the group has moved the position: whatever this one was about to write must not be written. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
}

export interface OffsetKey {
  group: string;
  /** Full topic name. */
  topic: string;
  partition: number;
}

export async function loadOffset(sql: Sql, { group, topic, partition }: OffsetKey): Promise<ConsumerOffset> {
  const key = [group, topic, partition];
  await sql.execute(
    'INSERT INTO consumer_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING',
    key,
  );
  const [row] = await sql.query<{ next_offset: number; relay_position: number }>(
    'SELECT next_offset, relay_position FROM consumer_offset WHERE group_id = $1 AND topic = $2 AND partition = $3',
    key,
  );
  if (!row) throw new FenceLost(`the position of ${group} in ${topic}/${partition} was removed while it was read`);
  return { nextOffset: row.next_offset, relayPosition: row.relay_position };
}

/**
 * Moves the position from `from` to `to`, first of all in the transaction: the row's lock makes a zombie wait, and what it
 * then finds is another position. Throws `FenceLost` in that case.
 */
export async function moveOffset(sql: Sql, key: OffsetKey, from: ConsumerOffset, to: ConsumerOffset): Promise<void> {
  const moved = await sql.execute(
    `UPDATE consumer_offset SET next_offset = $5, relay_position = $6, updated_at = now()
     WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,
    [key.group, key.topic, key.partition, from.nextOffset, to.nextOffset, to.relayPosition],
  );
  if (moved !== 1)
    throw new FenceLost(`${key.group} stands elsewhere in ${key.topic}/${key.partition} than at ${from.nextOffset}`);
}
