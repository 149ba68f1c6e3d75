import { CHECK_STATUS_CHANGED, CHECK_STATUS_TOPIC, type CheckStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { OutboxPublisher, type OutboxRows } from '@icmp-mon/platform/outbox';

const BATCH_MAX = 250;
const SWEEP_MS = 1_000;
const BACK_OFF = { firstMs: 200, maxMs: SWEEP_MS };
/** How long the Kafka client may still deliver an abandoned send. */
const GIVEN_UP_MS = 90_000;
const STOP_MS_MAX = 3_000;

type Data = CheckStatusChanged['data'];

/** Row of `check_change` for publication. */
export interface PublishedCheckChange extends Pick<
  Data,
  'ip' | 'vrf' | 'tier' | 'port' | 'reason' | 'answer' | 'shard'
> {
  change_seq: number;
  target_key: number;
  target_id: string;
  check_no: number;
  type: Data['checkType'];
  from_status: Data['from'];
  to_status: Data['to'];
  at: Date;
  chain: number;
  entry: number;
  hash: string;
  removed: boolean;
}

export const CHECK_CHANGE_COLUMNS = `shard, change_seq, target_key, target_id, host(ip) AS ip, vrf, tier, check_no, type, port,
  from_status, to_status, reason, at, answer, chain, entry, hash, removed`;

interface CheckPublisherOptions {
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  ownedShards(): number[];
}

/**
 * Publishes the changes of checks that expect `unreachable` of owned shards in their order, like `StatusPublisher`: at least once, the newest
 * change of each check last. A removed check becomes a tombstone.
 */
export class CheckPublisher {
  private readonly publisher: OutboxPublisher<OutgoingMessage>;

  constructor({ sql, messaging, ownedShards }: CheckPublisherOptions) {
    this.publisher = new OutboxPublisher<OutgoingMessage>({
      name: 'check changes',
      rowsOf: (shard) => changeRows(sql, shard),
      partitions: ownedShards,
      pollMs: SWEEP_MS,
      backOff: BACK_OFF,
      givenUpMs: GIVEN_UP_MS,
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
    });
  }

  start(): void {
    this.publisher.start();
  }

  /** Finishes what is being sent, but waits at most 3 s: the next owner publishes the rest. */
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
      const rows = await sql.query<PublishedCheckChange>(
        `SELECT ${CHECK_CHANGE_COLUMNS} FROM check_change
         WHERE shard = $1 AND change_seq > coalesce($3::bigint, (SELECT published_seq FROM check_publication WHERE shard = $1), 0)
         ORDER BY change_seq LIMIT $2`,
        [shard, BATCH_MAX, sent],
      );
      const [first] = rows;
      const last = rows.at(-1);
      if (first === undefined || last === undefined) return 'none';
      const sends = [{ topic: CHECK_STATUS_TOPIC, messages: rows.map(checkMessage) }];
      return { after: first.change_seq - 1, upTo: last.change_seq, sends };
    },
    async markPublished({ upTo }) {
      await sql.execute(
        `INSERT INTO check_publication (shard, published_seq) VALUES ($1, $2)
         ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(check_publication.published_seq, excluded.published_seq)`,
        [shard, upTo],
      );
    },
  };
}

/** Returns the change as an event of the public topic; for a removed check a tombstone. */
export function checkMessage(row: PublishedCheckChange): ReturnType<typeof cloudEvent> {
  const { ip, vrf, tier, port, reason, answer, shard } = row;
  const data: Data = {
    ...{ targetId: row.target_id, key: row.target_key, ip, vrf, tier, check: row.check_no, checkType: row.type, port },
    ...{ from: row.from_status, to: row.to_status, reason, at: row.at.toISOString(), answer },
    evidence: { chain: `${shard}:${row.chain}`, entry: row.entry, hash: row.hash },
    ...{ shard, changeSeq: row.change_seq },
  };
  return cloudEvent({
    id: `${shard}-${row.change_seq}`,
    type: CHECK_STATUS_CHANGED,
    time: row.at.toISOString(),
    data: row.removed ? null : data,
    key: `${row.target_id}/${row.check_no}`,
  });
}
