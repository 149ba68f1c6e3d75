import { type FeedFact } from '@icmp-mon/probing/contract';
import { encodeFeedRecord } from '@icmp-mon/probing/wire';
import { connect, ControlDatabase, type Connection, type Sql } from '@icmp-mon/platform/database';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import { SHARD_TOPIC, type Messaging } from '@icmp-mon/platform/messaging';
import { BackOff, WakeUp } from '@icmp-mon/platform/concurrency';
import { createLogger, metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';
import { FEED_APPENDED_CHANNEL } from './feed-writer';

/** Woken listeners look for assignments that agents may see now. */
export const FEED_PUBLISHED_CHANNEL = 'shard_feed_published';

const LEASE = 'shard-feed-publisher';
const FACTS_PER_SEND = 2_000;
/** Appends wake the publisher; this is how long a lost wake-up can delay it. */
const POLL_MS = 1_000;
const BACK_OFF = { firstMs: 200, maxMs: 5_000 };

const published = new Counter({
  name: 'icmpmon_shard_feed_published_total',
  help: 'Facts sent to the shards, repeats after a restart included.',
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
  messaging: Pick<Messaging, 'send'>;
}

/**
 * Sends the feed's facts to the shards in the order of their positions, and only then shows them to agents: whoever
 * probes a target does so after its shard knows the pair. One publisher at a time; a repeat is ignored by position.
 */
export class FeedPublisher {
  private readonly logger = createLogger('shard-feed');
  private readonly leader: Leader<LeaseTerm>;

  constructor(private readonly options: FeedPublisherOptions) {
    this.leader = new Leader(byLease(options.database, LEASE), (_term, lost) => this.run(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async run(lost: AbortSignal): Promise<void> {
    active.set(1);
    const backOff = new BackOff(BACK_OFF);
    while (!lost.aborted) {
      try {
        await this.session(lost, () => backOff.succeeded());
      } catch (error) {
        this.logger.warn({ err: error }, 'could not publish assignments, will try again');
        await backOff.wait(lost);
      }
    }
    active.set(0);
  }

  /** One connection's life. */
  private async session(lost: AbortSignal, onProgress: () => void): Promise<void> {
    const connection = await connect({ url: this.options.database.options.url, applicationName: 'shard-feed' });
    const appended = new WakeUp();
    try {
      await connection.listen(FEED_APPENDED_CHANNEL, () => appended.wake());
      connection.lost.addEventListener('abort', () => appended.wake());
      while (!lost.aborted) {
        if (await this.publishNext(connection)) onProgress();
        else await appended.sleep(POLL_MS, lost);
        connection.lost.throwIfAborted();
      }
    } finally {
      if (!connection.lost.aborted) await connection.close();
    }
  }

  private async publishNext(connection: Connection): Promise<boolean> {
    const from = await publishedPosition(connection);
    const rows = await connection.query<FeedRow>(
      'SELECT position, shard, fact FROM shard_feed WHERE position > $1 ORDER BY position LIMIT $2',
      [from, FACTS_PER_SEND],
    );
    if (rows.length === 0) return false;
    await this.options.messaging.send(
      SHARD_TOPIC,
      rows.map(({ position, shard, fact }) => ({
        key: null,
        partition: shard,
        value: encodeFeedRecord(position, fact),
      })),
    );
    published.inc(rows.length);
    await raisePublished(connection, from, rows[rows.length - 1].position);
    return true;
  }
}

async function publishedPosition(sql: Sql): Promise<number> {
  const [state] = await sql.query<{ published: number }>('SELECT published FROM shard_feed_state');
  return state.published;
}

/** Does nothing when another publisher was first: what this one sent was a repeat then. */
async function raisePublished(sql: Sql, from: number, to: number): Promise<void> {
  const raised = await sql.execute('UPDATE shard_feed_state SET published = $2 WHERE published = $1', [from, to]);
  if (raised === 1) await sql.query('SELECT pg_notify($1, $2)', [FEED_PUBLISHED_CHANNEL, '']);
}
