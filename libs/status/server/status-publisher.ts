import { TARGET_STATUS_CHANGED, TARGET_STATUS_TOPIC, type TargetStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { OutboxPublisher, type OutboxRows } from '@icmp-mon/platform/outbox';

/** Encoding a message for Kafka takes some 50 µs: a batch is one turn of the event loop, and short. */
const BATCH_MAX = 250;
const SWEEP_MS = 1_000;
/** Statuses are waited for: they do not wait longer than a sweep once Kafka is back. */
const BACK_OFF = { firstMs: 200, maxMs: SWEEP_MS };
/** The Kafka client tries a send that was given up for this long. */
const GIVEN_UP_MS = 90_000;
const STOP_MS_MAX = 3_000;

/** A row of `status_change` as it is published. */
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
  messaging: Pick<Messaging, 'send'>;
  ownedShards(): number[];
  /** 90 s unless set. */
  givenUpMs?: number;
}

/**
 * Publishes the owned shards' status changes in their order, from the table that the shard's commit wrote: at least
 * once, and by `changeSeq` a consumer drops repeats. A removed target becomes a tombstone.
 *
 * The topic is compacted, so of each target the newest change has to come last, also where two publish at once because one of them was
 * stalled while it lost the shard. Each therefore looks, once what it sent is acknowledged, whether anything newer is stored,
 * published or not, and sends that too.
 */
export class StatusPublisher {
  private readonly publisher: OutboxPublisher<OutgoingMessage>;

  constructor({ sql, messaging, ownedShards, givenUpMs = GIVEN_UP_MS }: StatusPublisherOptions) {
    this.publisher = new OutboxPublisher<OutgoingMessage>({
      name: 'status changes',
      rows: (shard) => changeRows(sql, shard),
      partitions: ownedShards,
      pollMs: SWEEP_MS,
      backOff: BACK_OFF,
      givenUpMs,
      send: (topic, messages) => messaging.send(topic, messages),
    });
  }

  start(): void {
    this.publisher.start();
  }

  /** Ends what is under way, with what was stored before, but waits for 3 s at most: the next owner publishes the rest. */
  async stop(): Promise<void> {
    await this.publisher.stop(STOP_MS_MAX);
  }

  /** There may be changes of a shard that are not published yet. */
  wake(shard: number): void {
    this.publisher.wake(shard);
  }
}

function changeRows(sql: Sql, shard: number): OutboxRows<OutgoingMessage> {
  return {
    async next(sent) {
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
    async mark({ upTo }) {
      await sql.execute(
        `INSERT INTO status_publication (shard, published_seq) VALUES ($1, $2)
         ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(status_publication.published_seq, excluded.published_seq)`,
        [shard, upTo],
      );
    },
  };
}

/** The change as an event of the public topic; of a removed target a tombstone. */
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
