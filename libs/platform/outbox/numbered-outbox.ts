import type { Sql } from '@icmp-mon/platform/database';
import type { Messaging, OutgoingMessage } from '@icmp-mon/platform/messaging';
import { OutboxPublisher } from './outbox-publisher';

const SWEEP_MS = 1_000;
/** The longest back-off is one sweep: once Kafka is available again, rows are published at most this much later. */
const BACK_OFF = { firstMs: 200, maxMs: SWEEP_MS };
/** How long the Kafka client may still deliver an abandoned send. */
const GIVEN_UP_MS = 90_000;
const STOP_MS_MAX = 3_000;

/** Table with the number up to which each shard is published, in the columns `shard` and `published_seq`. */
type PublicationTable = `${string}_publication`;

export interface NumberedOutboxOptions<R extends { change_seq: number }> {
  name: string;
  sql: Sql;
  messaging: Pick<Messaging, 'sendMessages'>;
  /** Shards that this process owns now: it publishes their rows. */
  ownedShards(): number[];
  topic: string;
  publication: PublicationTable;
  /** Returns the next rows of a shard in the order of their numbers, above `after`. */
  nextRows(shard: number, after: number): Promise<R[]>;
  messageOf(row: R): OutgoingMessage;
  /** See `GIVEN_UP_MS`: 90 s unless set. Null for a topic that is not compacted: there a late repeat does no harm. */
  givenUpMs?: number | null;
}

/**
 * Publishes the rows of owned shards in their order, from a table that the shards' commits write and number without gaps per shard.
 *
 * Invariants:
 * - At least once: consumers drop repeats by number.
 * - Newest last: in a compacted topic the newest row of each key must be its last message, also while two projectors publish at the same
 *   time because one was stalled when it lost the shard. Each therefore checks, after its messages are acknowledged, whether a newer row is
 *   stored, published or not, and sends that too.
 */
export class NumberedOutbox<R extends { change_seq: number }> {
  private readonly publisher: OutboxPublisher<OutgoingMessage>;

  constructor(options: NumberedOutboxOptions<R>) {
    const { name, messaging, ownedShards, givenUpMs = GIVEN_UP_MS } = options;
    this.publisher = new OutboxPublisher<OutgoingMessage>({
      name,
      rowsOf: (shard) => ({
        nextBatch: (sent) => nextBatch(options, shard, sent),
        markPublished: ({ upTo }) => markPublished(options, shard, upTo),
      }),
      partitions: ownedShards,
      pollMs: SWEEP_MS,
      backOff: BACK_OFF,
      givenUpMs: givenUpMs ?? undefined,
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
    });
  }

  start(): void {
    this.publisher.start();
  }

  /** Finishes what is being sent, including rows stored before the call, but waits at most 3 s: the next owner publishes the rest. */
  async stop(): Promise<void> {
    await this.publisher.stop(STOP_MS_MAX);
  }

  /** Notifies the publisher that the shard may have unpublished rows. */
  wakeShard(shard: number): void {
    this.publisher.wakePartition(shard);
  }
}

async function nextBatch<R extends { change_seq: number }>(
  { sql, publication, topic, nextRows, messageOf }: NumberedOutboxOptions<R>,
  shard: number,
  sent: number | null,
): Promise<{ after: number; upTo: number; sends: { topic: string; messages: OutgoingMessage[] }[] } | 'none'> {
  const [mark] =
    sent === null
      ? await sql.query<{ published_seq: number }>(`SELECT published_seq FROM ${publication} WHERE shard = $1`, [shard])
      : [];
  const rows = await nextRows(shard, sent ?? mark?.published_seq ?? 0);
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return 'none';
  return { after: first.change_seq - 1, upTo: last.change_seq, sends: [{ topic, messages: rows.map(messageOf) }] };
}

async function markPublished(
  { sql, publication }: Pick<NumberedOutboxOptions<never>, 'sql' | 'publication'>,
  shard: number,
  upTo: number,
): Promise<void> {
  await sql.execute(
    `INSERT INTO ${publication} AS p (shard, published_seq) VALUES ($1, $2)
     ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(p.published_seq, excluded.published_seq)`,
    [shard, upTo],
  );
}
