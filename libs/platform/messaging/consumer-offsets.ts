import type { Sql } from '@icmp-mon/platform/database';

/** Offset of a consumer group in a partition. It is stored in the database that the group writes its effects to. */
export interface ConsumerOffset {
  nextOffset: number;
  /** Highest event-store position that was handled; 0 before the first. */
  relayPosition: number;
}

/** Another consumer of the group has moved the offset (fencing): the transaction of this consumer must not commit. */
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
  if (!row) throw new FenceLost(`the offset of group ${group} in ${topic}/${partition} was deleted while it was read`);
  return { nextOffset: row.next_offset, relayPosition: row.relay_position };
}

/**
 * Advances the group's offset from `from` to `to`. Call it first in the transaction: the row lock makes a former owner of the partition
 * wait, and its compare-and-set then finds another offset.
 * @throws FenceLost when the stored offset is not `from`
 */
export async function moveOffset(sql: Sql, key: OffsetKey, from: ConsumerOffset, to: ConsumerOffset): Promise<void> {
  const moved = await sql.execute(
    `UPDATE consumer_offset SET next_offset = $5, relay_position = $6, updated_at = now()
     WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,
    [key.group, key.topic, key.partition, from.nextOffset, to.nextOffset, to.relayPosition],
  );
  if (moved !== 1)
    throw new FenceLost(`the offset of group ${key.group} in ${key.topic}/${key.partition} is not ${from.nextOffset}`);
}
