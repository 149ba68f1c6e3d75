import kafkajs from 'kafkajs';
import type { Kafka, Message, Producer } from 'kafkajs';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { bounded } from '@icmp-mon/platform/concurrency';
import { KeptConnection } from './kept-connection';
import type { MessageToSend, WrittenBytes } from './message';
import { sendFailures } from './messaging-metrics';
import type { BatchMessage } from './produce/record-batch';

/** After this long without an acknowledgement the caller is told that Kafka is away. */
const SEND_MS_MAX = 5_000;
const REQUEST_MS_MAX = 3_000;
/** Sends that wait for an acknowledgement at once, those included whose callers have given up. */
const IN_FLIGHT_MAX = 512;
const REFUSED_AS_TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** The topic is of a release whose processes dated the records, and this one's clock is far from the broker's. */
const REFUSED_FOR_TIME = new Set(['INVALID_TIMESTAMP']);
/** No key on a compacted topic, say: trying again would not help. */
const REFUSED_AS_INVALID = new Set(['INVALID_RECORD']);

/**
 * The process's one producer: connects on first use, waits for all replicas. Not idempotent: kafkajs's idempotent producer
 * loses concurrent sends, and every sink drops repeats anyway. A send that was given up may still arrive.
 */
export class SendQueue {
  private readonly connection: KeptConnection<Producer>;
  private inFlight = 0;
  private closed = false;

  constructor(kafka: Kafka) {
    this.connection = new KeptConnection('producer', async () => {
      const producer = kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 },
      });
      await producer.connect();
      return producer;
    });
  }

  /**
   * Resolves when every message is acknowledged. Rejects with `DependencyUnavailable`, `too_large` or `invalid`. A topic's limit
   * is one for all that goes to a partition at once: messages that are too large together are sent in halves, one after the other.
   */
  async send(topic: string, messages: MessageToSend[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await this.sendTogether(topic, messages);
    } catch (error) {
      const isTooLarge = error instanceof DomainError && error.code === 'too_large';
      if (!isTooLarge || messages.length === 1) throw error;
      const half = messages.length >> 1;
      await this.send(topic, messages.slice(0, half));
      await this.send(topic, messages.slice(half));
    }
  }

  close(): Promise<void> {
    this.closed = true;
    return this.connection.close();
  }

  private async sendTogether(topic: string, messages: MessageToSend[]): Promise<void> {
    if (this.closed || this.inFlight >= IN_FLIGHT_MAX)
      throw this.unavailable(topic, new Error(this.closed ? 'closed' : 'too many sends'));
    this.inFlight += 1;
    const work = this.deliver(topic, messages).finally(() => {
      this.inFlight -= 1;
    });
    try {
      await bounded(work, SEND_MS_MAX, () => new Error(`no acknowledgement within ${SEND_MS_MAX} ms`));
    } catch (error) {
      if (isOfType(error, REFUSED_AS_TOO_LARGE)) {
        throw new DomainError('too_large', `A message is larger than topic ${topic} allows.`, undefined, {
          cause: error,
        });
      }
      if (isOfType(error, REFUSED_AS_INVALID))
        throw new DomainError('invalid', `Topic ${topic} does not take such a message.`, undefined, { cause: error });
      throw this.unavailable(topic, error, isOfType(error, REFUSED_FOR_TIME) ? clockDetail() : undefined);
    }
  }

  private unavailable(topic: string, cause: unknown, detail?: string): DependencyUnavailable {
    sendFailures.inc({ topic });
    return new DependencyUnavailable('Kafka', detail === undefined ? { cause } : { cause, detail });
  }

  private async deliver(topic: string, messages: MessageToSend[]): Promise<void> {
    const producer = await this.connection.open();
    await producer.send({ topic, messages: messages.map(toKafka) as Message[], acks: -1, timeout: REQUEST_MS_MAX });
  }
}

/** Kafka does not say what time it is; how far this clock is from the database's, Health shows. */
function clockDetail(): string {
  return (
    `Kafka refuses the record for its time: this machine's clock says ${new Date().toISOString()}, and that is further from the ` +
    "broker's clock than the topic allows (an hour unless set). Set the clock of this machine right, or the broker's."
  );
}

/** kafkajs looks at no value on its way to our encoder. */
function toKafka(message: MessageToSend): BatchMessage {
  return {
    key: message.key,
    value: message.value === null ? null : asBuffer(message.value),
    ...(message.headers ? { headers: message.headers } : {}),
    ...(message.partition === undefined ? {} : { partition: message.partition }),
  };
}

function asBuffer(bytes: Uint8Array | WrittenBytes): Buffer | WrittenBytes {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isOfType(error: unknown, types: ReadonlySet<string>): boolean {
  if (!(error instanceof Error)) return false;
  if ('type' in error && typeof error.type === 'string' && types.has(error.type)) return true;
  return isOfType(error.cause, types);
}
