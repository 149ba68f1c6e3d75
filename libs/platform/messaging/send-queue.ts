import kafkajs from 'kafkajs';
import type { Kafka, Message, Producer } from 'kafkajs';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { bounded } from '@icmp-mon/platform/concurrency';
import { KeptConnection } from './kept-connection';
import type { MessageToSend, WrittenBytes } from './message';
import { sendFailures } from './messaging-metrics';
import type { BatchMessage } from './produce/record-batch';

/** Timeout of a send: without an acknowledgement within this, `DependencyUnavailable` is thrown. */
const SEND_MS_MAX = 5_000;
const REQUEST_MS_MAX = 3_000;
/** Maximum sends in flight, including sends that have timed out for their callers. */
const IN_FLIGHT_MAX = 512;
const REFUSED_AS_TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** The topic still uses the producers' timestamps (earlier release), and the clock of this process differs too much from the broker's. */
const REFUSED_FOR_TIME = new Set(['INVALID_TIMESTAMP']);
/** The record is not valid, for example without a key on a compacted topic. A retry would not help. */
const REFUSED_AS_INVALID = new Set(['INVALID_RECORD']);

/**
 * The only producer of the process. It connects on first use and waits for all replicas. It is not idempotent: kafkajs's idempotent producer
 * loses concurrent sends, and every consumer drops repeats anyway. A send that timed out may still arrive.
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
   * Resolves when all messages are acknowledged. Rejects with `DependencyUnavailable`, `too_large` or `invalid`. The size limit of a topic
   * applies to all messages of one send to a partition together: if they are too large, they are sent in halves, one after the other.
   */
  async sendMessages(topic: string, messages: MessageToSend[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await this.sendTogether(topic, messages);
    } catch (error) {
      const isTooLarge = error instanceof DomainError && error.code === 'too_large';
      if (!isTooLarge || messages.length === 1) throw error;
      const half = messages.length >> 1;
      await this.sendMessages(topic, messages.slice(0, half));
      await this.sendMessages(topic, messages.slice(half));
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
    const work = this.deliverBatch(topic, messages).finally(() => {
      this.inFlight -= 1;
    });
    try {
      await bounded(work, SEND_MS_MAX, () => new Error(`no acknowledgement within ${SEND_MS_MAX} ms`));
    } catch (error) {
      if (isOfType(error, REFUSED_AS_TOO_LARGE)) {
        throw new DomainError('too_large', `A message is larger than the limit of topic ${topic}.`, undefined, {
          cause: error,
        });
      }
      if (isOfType(error, REFUSED_AS_INVALID))
        throw new DomainError('invalid', `The brokers rejected a message for topic ${topic} as invalid.`, undefined, {
          cause: error,
        });
      throw this.unavailable(topic, error, isOfType(error, REFUSED_FOR_TIME) ? clockDetail() : undefined);
    }
  }

  private unavailable(topic: string, cause: unknown, detail?: string): DependencyUnavailable {
    sendFailures.inc({ topic });
    return new DependencyUnavailable('Kafka', detail === undefined ? { cause } : { cause, detail });
  }

  private async deliverBatch(topic: string, messages: MessageToSend[]): Promise<void> {
    const producer = await this.connection.connectedClient();
    await producer.send({ topic, messages: messages.map(toKafka) as Message[], acks: -1, timeout: REQUEST_MS_MAX });
  }
}

/** Returns the error text for a rejected timestamp. Kafka does not report its own time; Health shows the offset from the database's clock. */
function clockDetail(): string {
  return (
    `Kafka rejected the timestamp of the record: the clock of this machine is at ${new Date().toISOString()}, further from the ` +
    "broker's clock than the topic allows (one hour by default). Correct the clock of this machine or of the broker."
  );
}

/** Converts a message for kafkajs, which passes values to our encoder without reading them. */
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
