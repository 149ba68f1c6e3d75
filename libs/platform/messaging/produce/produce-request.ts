import type { Message } from 'kafkajs';
import Produce, { type ProduceArguments, type ProduceExchange } from 'kafkajs/src/protocol/requests/produce/index.js';
import { type Crc32c, loadCrc32c } from './crc32c';
import { type BatchMessage, sizeOfBatch, writeBatch } from './record-batch';
import { encoderOf, FRAME_BYTES_MAX, writeFramesInPlace } from './request-frame';
import { SpareBuffer } from './spare-buffer';

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
/** A gateway's batch and its framing; larger ones are of a backlog. */
const SPARE_BYTES_MAX = 2 * 1024 * 1024;

export type PlainProduce = ProduceArguments<BatchMessage>;

/** Bytes that `writeProduce` writes. */
export function sizeOfProduce({ topicData }: PlainProduce): number {
  return topicData.reduce((sum, topic) => sum + sizeOfTopic(topic), REQUEST_BYTES);
}

/**
 * Writes a Produce request without its header, with the same bytes as kafkajs 2.2.4, and returns where it ends. Each value is copied once:
 * kafkajs copies it seven times and sums it in JavaScript.
 */
export function writeProduce(
  into: Buffer,
  from: number,
  { acks, timeout, topicData }: PlainProduce,
  { atMs, crc32c }: { atMs: number; crc32c: Crc32c },
): number {
  let at = into.writeInt16BE(-1, from);
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
  return at;
}

function sizeOfTopic({ topic, partitions }: PlainProduce['topicData'][number]): number {
  const ofPartitions = partitions.reduce((sum, { messages }) => sum + PARTITION_BYTES + sizeOfBatch(messages), 0);
  return TOPIC_BYTES + Buffer.byteLength(topic) + ofPartitions;
}

/** Whether the request has nothing that `writeProduce` does not write: a transaction, compression, times of its own. */
export function isPlain(given: ProduceArguments<Message | BatchMessage>): given is PlainProduce {
  const { transactionalId, producerId, compression, topicData } = given;
  if (transactionalId || compression || Number(producerId ?? NO_PRODUCER_ID) !== NO_PRODUCER_ID) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlainMessage)));
}

function isPlainMessage({ timestamp, headers }: Message | BatchMessage): boolean {
  return (timestamp ?? null) === null && Object.values(headers ?? {}).every((value) => !Array.isArray(value));
}

let replaced = false;

/** Has kafkajs encode its Produce requests by `writeProduce`, in the whole process. Throws if this kafkajs is another. */
export function replaceProduceEncoder(): void {
  if (replaced) return;
  const { protocol, versions } = Produce;
  if (typeof protocol !== 'function' || Number(versions.at(-1)) !== LAST_VERSION) {
    throw new Error(
      `kafkajs has changed: its Produce request is not of versions up to ${LAST_VERSION}. Drop or adapt produce-request.ts.`,
    );
  }
  writeFramesInPlace();
  const crc32c = loadCrc32c();
  const spare = new SpareBuffer(SPARE_BYTES_MAX);
  Produce.protocol = ({ version }) => {
    const create = protocol({ version });
    if (version < FIRST_VERSION) return create;
    return (given) => {
      const exchange = create(given);
      return isPlain(given) ? plainExchange(exchange, given, { crc32c, spare }) : exchange;
    };
  };
  replaced = true;
}

function plainExchange(
  { request, response }: ProduceExchange,
  given: PlainProduce,
  { crc32c, spare }: { crc32c: Crc32c; spare: SpareBuffer },
): ProduceExchange {
  let used: Buffer | null = null;
  return {
    request: {
      ...request,
      encode: async () => {
        const bytes = FRAME_BYTES_MAX + sizeOfProduce(given);
        used = spare.take(bytes);
        writeProduce(used, FRAME_BYTES_MAX, given, { atMs: Date.now(), crc32c });
        return encoderOf(used.subarray(0, bytes), FRAME_BYTES_MAX);
      },
    },
    response: {
      ...response,
      decode: (bytes) => {
        // The broker has answered, so it has all of the request. One that was not answered may still be on its way to the socket.
        if (used !== null) spare.giveBack(used);
        used = null;
        return response.decode(bytes);
      },
    },
  };
}
