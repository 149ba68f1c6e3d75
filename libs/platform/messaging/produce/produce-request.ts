import type { Message } from 'kafkajs';
import Produce, { type ProduceArguments, type ProduceExchange } from 'kafkajs/src/protocol/requests/produce/index.js';
import { type Crc32c, loadCrc32c } from './crc32c';
import { type BatchMessage, sizeOfBatch, writeBatch } from './record-batch';
import { encoderOf, FRAME_BYTES_MAX, writeFramesInPlace } from './request-frame';
import { SpareBuffer } from './spare-buffer';

/*
 * Our encoder of Kafka Produce requests (reasons and measurements: docs/adr/0029-own-encoder-for-produce-requests.md).
 *
 *   one buffer:  │ room for the frame header │ acks, timeout │ topic │ partition │ record batch │ partition │ … │
 *                  request-frame.ts            writeProduce                        record-batch.ts
 *
 * Invariants:
 * - Same bytes: the output equals that of kafkajs 2.2.4. A request that needs more (`isPlain` is false: transaction, idempotent producer,
 *   compression, explicit timestamps, repeated headers) is encoded by kafkajs.
 * - One copy: each value is copied once, directly to its final place. kafkajs copies it seven times and computes the CRC in JavaScript.
 * - Buffer reuse: a buffer is reused only after the broker has answered its request; until then the socket may still be sending it.
 * - Known kafkajs only: the process does not start with a version of kafkajs whose Produce protocol differs.
 */

/** Versions 3 (Kafka 0.11) to 7 (the last that kafkajs supports) of the Produce request have the same layout. */
const FIRST_VERSION = 3;
const LAST_VERSION = 7;
const NO_PRODUCER_ID = -1;
/** Transactional id, null (2), acks (2), timeout (4), number of topics (4). */
const REQUEST_BYTES = 12;
/** Length of the topic name (2), number of partitions (4). */
const TOPIC_BYTES = 6;
/** Partition number (4), length of its batch (4). */
const PARTITION_BYTES = 8;
/** Largest buffer that is kept: a batch of the gateway with its frame. Only a backlog makes larger ones. */
const SPARE_BYTES_MAX = 2 * 1024 * 1024;

export type PlainProduce = ProduceArguments<BatchMessage>;

/** Returns the number of bytes that `writeProduce` writes. */
export function sizeOfProduce({ topicData }: PlainProduce): number {
  return topicData.reduce((sum, topic) => sum + sizeOfTopic(topic), REQUEST_BYTES);
}

/**
 * Writes a Produce request without its header into `into` at `from`. Returns the position after its last byte. `atMs` (ms since 1970) is the
 * timestamp of all records.
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

/** Returns true if `writeProduce` can write the request: no transaction, idempotent producer, compression, timestamps or repeated headers. */
export function isPlain(given: ProduceArguments<Message | BatchMessage>): given is PlainProduce {
  const { transactionalId, producerId, compression, topicData } = given;
  if (transactionalId || compression || Number(producerId ?? NO_PRODUCER_ID) !== NO_PRODUCER_ID) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlainMessage)));
}

function isPlainMessage({ timestamp, headers }: Message | BatchMessage): boolean {
  return (timestamp ?? null) === null && Object.values(headers ?? {}).every((value) => !Array.isArray(value));
}

let replaced = false;

/**
 * Makes kafkajs encode its Produce requests by `writeProduce`, in the whole process.
 * @throws Error if this version of kafkajs has another Produce protocol
 */
export function replaceProduceEncoder(): void {
  if (replaced) return;
  const { protocol, versions } = Produce;
  if (typeof protocol !== 'function' || Number(versions.at(-1)) !== LAST_VERSION) {
    throw new Error(
      `kafkajs has changed: the last version of its Produce request is not ${LAST_VERSION}. Remove or adapt produce-request.ts.`,
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
        used = spare.takeBuffer(bytes);
        writeProduce(used, FRAME_BYTES_MAX, given, { atMs: Date.now(), crc32c });
        return encoderOf(used.subarray(0, bytes), FRAME_BYTES_MAX);
      },
    },
    response: {
      ...response,
      decode: (bytes) => {
        // The broker has answered, so it has received the whole request. The buffer of an unanswered request may still be in use by the socket.
        if (used !== null) spare.giveBack(used);
        used = null;
        return response.decode(bytes);
      },
    },
  };
}
