import type { Message } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import Produce, { type ProduceArguments } from 'kafkajs/src/protocol/requests/produce/index.js';
import { type Crc32c, loadCrc32c } from './crc32c';
import { type BatchMessage, sizeOfBatch, writeBatch } from './record-batch';

/** From this version of the request on (Kafka 0.11) until 7, the last that kafkajs knows, its bytes are laid out alike. */
const FIRST_VERSION = 3;
const LAST_VERSION = 7;
const NO_PRODUCER_ID = -1;
/** No transaction (2), acks (2), timeout (4), number of topics (4). */
const REQUEST_BYTES = 12;
/** Length of the name (2), number of partitions (4). */
const TOPIC_BYTES = 6;
/** Partition (4), length of its batch (4). */
const PARTITION_BYTES = 8;

export type PlainProduce = ProduceArguments<BatchMessage>;

/**
 * Bytes of a Produce request after its header, the same as kafkajs 2.2.4 writes, with one copy of each value: kafkajs
 * copies a value seven times and sums it in JavaScript.
 */
export function encodeProduce({ acks, timeout, topicData }: PlainProduce, atMs: number, crc32c: Crc32c): Buffer {
  const into = Buffer.allocUnsafe(topicData.reduce((sum, topic) => sum + sizeOfTopic(topic), REQUEST_BYTES));
  let at = into.writeInt16BE(-1, 0);
  at = into.writeInt16BE(acks, at);
  at = into.writeInt32BE(timeout, at);
  at = into.writeInt32BE(topicData.length, at);
  for (const { topic, partitions } of topicData) {
    at = into.writeInt16BE(Buffer.byteLength(topic), at);
    at += into.write(topic, at);
    at = into.writeInt32BE(partitions.length, at);
    for (const { partition, messages } of partitions) {
      at = into.writeInt32BE(partition, at);
      const end = writeBatch(into, at + 4, messages, { atMs, crc32c });
      into.writeInt32BE(end - at - 4, at);
      at = end;
    }
  }
  return into;
}

function sizeOfTopic({ topic, partitions }: PlainProduce['topicData'][number]): number {
  const ofPartitions = partitions.reduce((sum, { messages }) => sum + PARTITION_BYTES + sizeOfBatch(messages), 0);
  return TOPIC_BYTES + Buffer.byteLength(topic) + ofPartitions;
}

/** Whether the request has nothing that `encodeProduce` does not write: a transaction, compression, times of its own. */
export function isPlain(given: ProduceArguments): given is PlainProduce {
  const { transactionalId, producerId, compression, topicData } = given;
  if (transactionalId || compression || Number(producerId ?? NO_PRODUCER_ID) !== NO_PRODUCER_ID) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlainMessage)));
}

function isPlainMessage({ timestamp, headers }: Message): boolean {
  return (timestamp ?? null) === null && Object.values(headers ?? {}).every((value) => !Array.isArray(value));
}

let replaced = false;

/** Has kafkajs encode its Produce requests by `encodeProduce`, in the whole process. Throws if this kafkajs is another. */
export function replaceProduceEncoder(): void {
  if (replaced) return;
  const { protocol, versions } = Produce;
  if (typeof protocol !== 'function' || Number(versions.at(-1)) !== LAST_VERSION) {
    throw new Error(
      `kafkajs has changed: its Produce request is not of versions up to ${LAST_VERSION}. Drop or adapt produce-request.ts.`,
    );
  }
  const crc32c = loadCrc32c();
  Produce.protocol = ({ version }) => {
    const create = protocol({ version });
    if (version < FIRST_VERSION) return create;
    return (given) => {
      const { request, response } = create(given);
      if (!isPlain(given)) return { request, response };
      return {
        request: { ...request, encode: async () => encoderOf(encodeProduce(given, Date.now(), crc32c)) },
        response,
      };
    };
  };
  replaced = true;
}

function encoderOf(bytes: Buffer): Encoder {
  const encoder = new Encoder(1);
  encoder.buf = bytes;
  encoder.offset = bytes.length;
  return encoder;
}
