import {
  type Flapping,
  TARGET_STATUS_CHANGED,
  TARGET_STATUS_TOPIC,
  type TargetStatusChanged,
} from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, type Messaging } from '@icmp-mon/platform/messaging';
import { NumberedOutbox } from '@icmp-mon/platform/outbox';

/** Encoding a message for Kafka takes about 50 µs, so a batch is one short turn of the event loop. */
const BATCH_MAX = 250;

/** Row of `status_change` for publication. */
export type PublishedChange = Omit<
  TargetStatusChanged['data'],
  'key' | 'from' | 'to' | 'changeSeq' | 'targetId' | 'lastSuccessAt' | 'at' | 'beganAt' | 'flapping'
> & {
  change_seq: number;
  target_key: number;
  target_id: string;
  from_status: TargetStatusChanged['data']['from'];
  to_status: TargetStatusChanged['data']['to'];
  at: Date;
  began_at: Date | null;
  flapping_since: Date | null;
  flapping_changes: number | null;
  last_success_at: Date | null;
  removed: boolean;
};

export const PUBLISHED_COLUMNS = `c.shard, c.change_seq, c.target_key, c.target_id, host(c.ip) AS ip, c.vrf, c.tier,
  c.from_status, c.to_status, c.reason, c.at, c.began_at, c.flapping_since, c.flapping_changes, c.last_success_at, c.votes, c.removed`;

export interface StatusPublisherOptions {
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  ownedShards(): number[];
  /** How long the Kafka client may still deliver an abandoned send: 90 s unless set. */
  givenUpMs?: number;
}

/** Returns the publisher of the status changes of owned shards. A removed target becomes a tombstone. */
export function statusPublisher({ sql, ...options }: StatusPublisherOptions): NumberedOutbox<PublishedChange> {
  return new NumberedOutbox({
    ...options,
    ...{ name: 'status changes', sql, topic: TARGET_STATUS_TOPIC, publication: 'status_publication' },
    nextRows: (shard, after) =>
      sql.query<PublishedChange>(
        `SELECT ${PUBLISHED_COLUMNS} FROM status_change c
         WHERE c.shard = $1 AND c.change_seq > $2 ORDER BY c.change_seq LIMIT ${BATCH_MAX}`,
        [shard, after],
      ),
    messageOf: statusMessage,
  });
}

/** Returns the mark of a row; null if it has none. */
export function flappingOf(row: Pick<PublishedChange, 'flapping_since' | 'flapping_changes'>): Flapping | null {
  if (row.flapping_since === null) return null;
  return { since: row.flapping_since.toISOString(), changes: row.flapping_changes ?? 0 };
}

/** Returns the change as an event of the public topic; for a removed target a tombstone. */
export function statusMessage(row: PublishedChange): ReturnType<typeof cloudEvent> {
  const data: TargetStatusChanged['data'] | null = row.removed
    ? null
    : {
        targetId: row.target_id,
        key: row.target_key,
        ip: row.ip,
        vrf: row.vrf,
        tier: row.tier,
        from: row.from_status,
        to: row.to_status,
        reason: row.reason,
        at: row.at.toISOString(),
        beganAt: (row.began_at ?? row.at).toISOString(),
        flapping: flappingOf(row),
        lastSuccessAt: row.last_success_at?.toISOString() ?? null,
        votes: row.votes,
        shard: row.shard,
        changeSeq: row.change_seq,
      };
  return cloudEvent({
    id: `${row.shard}-${row.change_seq}`,
    type: TARGET_STATUS_CHANGED,
    time: row.at.toISOString(),
    data,
    key: row.target_id,
  });
}
