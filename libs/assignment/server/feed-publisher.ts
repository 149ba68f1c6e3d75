import type { FeedFact } from '@icmp-mon/probing/contract';
import { encodeFeedRecord } from '@icmp-mon/probing/wire';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import { SHARD_TOPIC, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { metrics } from '@icmp-mon/platform/ops';
import { OutboxPublisher, type OutboxRows } from '@icmp-mon/platform/outbox';
import { Counter, Gauge } from 'prom-client';
import { FEED_APPENDED_CHANNEL } from './feed-writer';

/** Channel that notifies listeners when new assignments are visible to agents. */
export const FEED_PUBLISHED_CHANNEL = 'shard_feed_published';

const LEASE = 'shard-feed-publisher';
const FACTS_PER_SEND = 2_000;
/** Poll interval; appends wake the publisher earlier. It is the longest delay after a lost wake-up. */
const POLL_MS = 1_000;

const published = new Counter({
  name: 'icmpmon_shard_feed_published_total',
  help: 'Facts sent to the shards, including repeats after a restart.',
  registers: [metrics],
});
const active = new Gauge({
  name: 'icmpmon_shard_feed_publisher_active',
  help: '1 while this process publishes the shard feed.',
  registers: [metrics],
});

interface FeedRow {
  position: number;
  shard: number;
  fact: FeedFact;
}

export interface FeedPublisherOptions {
  database: ControlDatabase;
  messaging: Pick<Messaging, 'sendMessages'>;
}

/**
 * Publishes the feed's facts to the shards in the order of their positions, and only then makes them visible to agents: no pair is
 * probed before its shard has it. One publisher runs at a time; shards ignore repeats by position.
 */
export class FeedPublisher {
  private readonly leader: Leader<LeaseTerm>;

  constructor(private readonly options: FeedPublisherOptions) {
    this.leader = new Leader(byLease(options.database, LEASE), (_term, lost) => this.publishWhileLeading(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async publishWhileLeading(lost: AbortSignal): Promise<void> {
    const { database, messaging } = this.options;
    const rows = feedRows(database);
    const publisher = new OutboxPublisher<OutgoingMessage>({
      name: 'shard feed',
      rowsOf: () => rows,
      pollMs: POLL_MS,
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
      onSent: (_topic, count) => published.inc(count),
    });
    active.set(1);
    await publisher.publishUntil(lost, {
      url: database.options.url,
      applicationName: 'shard-feed',
      channel: FEED_APPENDED_CHANNEL,
    });
    active.set(0);
  }
}

function feedRows(sql: Sql): OutboxRows<OutgoingMessage> {
  return {
    async nextBatch(sent) {
      const after = sent ?? (await publishedPosition(sql));
      const rows = await sql.query<FeedRow>(
        'SELECT position, shard, fact FROM shard_feed WHERE position > $1 ORDER BY position LIMIT $2',
        [after, FACTS_PER_SEND],
      );
      const last = rows.at(-1);
      return last === undefined
        ? 'none'
        : { after, upTo: last.position, sends: [{ topic: SHARD_TOPIC, messages: rows.map(feedMessage) }] };
    },
    markPublished: ({ after, upTo }) => raisePublished(sql, after, upTo),
  };
}

const feedMessage = ({ position, shard, fact }: FeedRow): OutgoingMessage => ({
  key: null,
  partition: shard,
  value: encodeFeedRecord(position, fact),
});

async function publishedPosition(sql: Sql): Promise<number> {
  const [state] = await sql.query<{ published: number }>('SELECT published FROM shard_feed_state');
  return state.published;
}

/** Has no effect if another publisher was first; then this one sent only repeats. */
async function raisePublished(sql: Sql, from: number, to: number): Promise<void> {
  const raised = await sql.execute('UPDATE shard_feed_state SET published = $2 WHERE published = $1', [from, to]);
  if (raised === 1) await sql.query('SELECT pg_notify($1, $2)', [FEED_PUBLISHED_CHANNEL, '']);
}
