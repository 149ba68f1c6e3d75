import { TARGET_STATUS_CHANGED, TARGET_STATUS_TOPIC, type TargetStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { OutboxPublisher, type OutboxRows } from '@icmp-mon/platform/outbox';

/** Encoding a message for Kafka takes about 50 µs, so a batch is one short turn of the event loop. */
const BATCH_MAX = 250;
const SWEEP_MS = 1_000;
/** The longest back-off is one sweep: once Kafka is available again, statuses are published at most this much later. */
const BACK_OFF = { firstMs: 200, maxMs: SWEEP_MS };
/** How long the Kafka client may still deliver an abandoned send. */
const GIVEN_UP_MS = 90_000;
const STOP_MS_MAX = 3_000;

/** Row of `status_change` for publication. */
export type PublishedChange = Omit<
  TargetStatusChanged['data'],
  'key' | 'from' | 'to' | 'changeSeq' | 'targetId' | 'lastSuccessAt' | 'at'
> & {
  change_seq: number;
  target_key: number;
  target_id: string;
  from_status: TargetStatusChanged['data']['from'];
  to_status: TargetStatusChanged['data']['to'];
  at: Date;
  last_success_at: Date | null;
  removed: boolean;
};

export const PUBLISHED_COLUMNS = `c.shard, c.change_seq, c.target_key, c.target_id, host(c.ip) AS ip, c.vrf, c.tier,
  c.from_status, c.to_status, c.reason, c.at, c.last_success_at, c.votes, c.removed`;

export interface StatusPublisherOptions {
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  ownedShards(): number[];
  /** See `GIVEN_UP_MS`: 90 s unless set. */
  givenUpMs?: number;
}

/**
 * Publishes the status changes of owned shards in their order, from the table that the shard's commit wrote. A removed target becomes a
 * tombstone.
 *
 * Invariants:
 * - At least once: consumers drop repeats by `changeSeq`.
 * - Newest last: the topic is compacted, so the newest change of each target must be its last message, also while two projectors publish at
 *   the same time because one was stalled when it lost the shard. Each therefore checks, after its messages are acknowledged, whether a
 *   newer change is stored, published or not, and sends that too.
 */
export class StatusPublisher {
  private readonly publisher: OutboxPublisher<OutgoingMessage>;

  constructor({ sql, messaging, ownedShards, givenUpMs = GIVEN_UP_MS }: StatusPublisherOptions) {
    this.publisher = new OutboxPublisher<OutgoingMessage>({
      name: 'status changes',
      rowsOf: (shard) => changeRows(sql, shard),
      partitions: ownedShards,
      pollMs: SWEEP_MS,
      backOff: BACK_OFF,
      givenUpMs,
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
    });
  }

  start(): void {
    this.publisher.start();
  }

  /** Finishes what is being sent, including changes stored before the call, but waits at most 3 s: the next owner publishes the rest. */
  async stop(): Promise<void> {
    await this.publisher.stop(STOP_MS_MAX);
  }

  /** Notifies the publisher that the shard may have unpublished changes. */
  wakeShard(shard: number): void {
    this.publisher.wakePartition(shard);
  }
}

function changeRows(sql: Sql, shard: number): OutboxRows<OutgoingMessage> {
  return {
    async nextBatch(sent) {
      const rows = await sql.query<PublishedChange>(
        `SELECT ${PUBLISHED_COLUMNS} FROM status_change c
         WHERE c.shard = $1
           AND c.change_seq > coalesce($3::bigint, (SELECT published_seq FROM status_publication WHERE shard = $1), 0)
         ORDER BY c.change_seq LIMIT $2`,
        [shard, BATCH_MAX, sent],
      );
      const [first] = rows;
      const last = rows.at(-1);
      if (first === undefined || last === undefined) return 'none';
      const sends = [{ topic: TARGET_STATUS_TOPIC, messages: rows.map(statusMessage) }];
      return { after: first.change_seq - 1, upTo: last.change_seq, sends };
    },
    async markPublished({ upTo }) {
      await sql.execute(
        `INSERT INTO status_publication (shard, published_seq) VALUES ($1, $2)
         ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(status_publication.published_seq, excluded.published_seq)`,
        [shard, upTo],
      );
    },
  };
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
