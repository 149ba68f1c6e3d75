import { createRequire } from 'node:module';
import fc from 'fast-check';
import createRequest from 'kafkajs/src/protocol/request.js';
import Produce, { type ProduceArguments } from 'kafkajs/src/protocol/requests/produce/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WrittenBytes } from '../message';
import { loadCrc32c } from './crc32c';
import { isPlain, type PlainProduce, replaceProduceEncoder, sizeOfProduce, writeProduce } from './produce-request';

const { protocol: protocolOfKafkajs } = Produce;
const VERSION = 7;
const NOW_MS = 1_795_000_123_456;
const PAD = 5;

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((part) => Buffer.from(part)),
  // Lengths whose varints take two and three bytes.
  fc.constantFrom(63, 64, 8_191, 8_192, 70_000).map((length) => Buffer.alloc(length, length)),
);
const message = fc.record(
  {
    key: fc.oneof(fc.constant(null), fc.string(), bytes),
    value: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), bytes),
    headers: fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.oneof(fc.string(), bytes), { maxKeys: 3 }),
  },
  { requiredKeys: ['value'] },
);
const partition = fc.record({
  partition: fc.nat(64),
  messages: fc.oneof(
    fc.array(message, { minLength: 1, maxLength: 5 }),
    // Offsets whose varints take two bytes.
    fc.constant(Array.from({ length: 70 }, () => ({ value: 'tick' }))),
  ),
});
const plainProduce: fc.Arbitrary<PlainProduce & ProduceArguments> = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 40 }),
      partitions: fc.array(partition, { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

const ONE: ProduceArguments = {
  acks: -1,
  timeout: 3_000,
  topicData: [{ topic: 'a', partitions: [{ partition: 0, messages: [{ key: null, value: Buffer.from('v') }] }] }],
};

/** A request whose buffer is large enough to be kept for reuse. */
const LARGE: ProduceArguments = {
  ...ONE,
  topicData: [
    { topic: 'a', partitions: [{ partition: 0, messages: [{ key: 'k', value: Buffer.alloc(70_000, 'v') }] }] },
  ],
};
/** Response to a request without topics: number of topics (4), throttle time (4). */
const ANSWER = Buffer.alloc(8);

type Request = ReturnType<ReturnType<typeof Produce.protocol>>['request'];

const frameOf = async (request: Request, clientId: string): Promise<Buffer> =>
  (await createRequest({ request, correlationId: 7, clientId })).buffer;

const framed = (protocol: typeof Produce.protocol, given: ProduceArguments, clientId: string): Promise<Buffer> =>
  frameOf(protocol({ version: VERSION })(given).request, clientId);

async function bytesOf(protocol: typeof Produce.protocol, given: ProduceArguments): Promise<Buffer> {
  const { request } = protocol({ version: VERSION })(given);
  return Buffer.from((await request.encode()).buffer);
}

// If one of these tests fails after an update of kafkajs, remove or adapt produce-request.ts.
describe('a Produce request', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('has the bytes that kafkajs writes', async () => {
    const crc32c = loadCrc32c();
    await fc.assert(
      fc.asyncProperty(plainProduce, async (given) => {
        const expected = await bytesOf(protocolOfKafkajs, given);
        const written = Buffer.alloc(PAD + sizeOfProduce(given) + PAD, PAD);
        expect(writeProduce(written, PAD, given, { atMs: NOW_MS, crc32c })).toBe(PAD + expected.length);
        expect(written.equals(Buffer.concat([Buffer.alloc(PAD, PAD), expected, Buffer.alloc(PAD, PAD)]))).toBe(true);
        const again = Buffer.alloc(expected.length);
        writeProduce(again, 0, withWrittenValues(given), { atMs: NOW_MS, crc32c });
        expect(again.equals(expected)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is encoded by our encoder with the native CRC-32C, and keeps its header', async () => {
    const native = createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: (of: Uint8Array) => number };
    const crc32c = vi.spyOn(native, 'crc32c');
    replaceProduceEncoder();
    replaceProduceEncoder();
    crc32c.mockClear();
    expect(await bytesOf(Produce.protocol, ONE)).toEqual(await bytesOf(protocolOfKafkajs, ONE));
    expect(crc32c).toHaveBeenCalledTimes(1);
    const { request } = Produce.protocol({ version: VERSION })(ONE);
    expect(request).toMatchObject({ apiKey: 0, apiVersion: VERSION, apiName: 'Produce' });
  });

  it.each([
    ['if it fits into the reserved room', 'gateway'],
    ['if it is longer than the reserved room', 'x'.repeat(1_000)],
  ])('has the header that kafkajs writes, %s', async (_, clientId) => {
    replaceProduceEncoder();
    for (const given of [ONE, LARGE]) {
      const expected = await framed(protocolOfKafkajs, given, clientId);
      expect((await framed(Produce.protocol, given, clientId)).equals(expected)).toBe(true);
    }
  });

  it('is written behind its header without another copy', async () => {
    replaceProduceEncoder();
    const { request } = Produce.protocol({ version: VERSION })(LARGE);
    const encoded = await request.encode();
    const frame = await frameOf({ ...request, encode: () => Promise.resolve(encoded) }, 'gateway');
    expect(frame.buffer).toBe(encoded.buffer.buffer);
  });

  it('has a buffer that no other request uses until the broker has answered', async () => {
    replaceProduceEncoder();
    const [first, second] = [1, 2].map(() => Produce.protocol({ version: VERSION })(LARGE));
    const frames = [await frameOf(first.request, 'gateway'), await frameOf(second.request, 'gateway')];
    expect(frames[0].buffer).not.toBe(frames[1].buffer);
    expect(frames[0].equals(frames[1])).toBe(true);
    expect(await first.response.parse(await first.response.decode(ANSWER))).toMatchObject({ topics: [] });
    const third = await frameOf(Produce.protocol({ version: VERSION })(LARGE).request, 'gateway');
    expect(third.buffer).toBe(frames[0].buffer);
    expect(third.equals(frames[1])).toBe(true);
  });

  it.each<[string, Partial<ProduceArguments>]>([
    ['a transaction', { transactionalId: 'of ours' }],
    ['an idempotent producer', { producerId: 4, producerEpoch: 1 }],
    ['compression', { compression: 1 }],
    ['a timestamp of a message', { topicData: withMessage({ timestamp: '1795000000000' }) }],
    ['a header that repeats', { topicData: withMessage({ headers: { of: ['one', 'two'] } }) }],
  ])('is encoded by kafkajs when it has %s', async (_, part) => {
    const given = { ...ONE, ...part };
    expect(isPlain(given)).toBe(false);
    replaceProduceEncoder();
    expect(await bytesOf(Produce.protocol, given)).toEqual(await bytesOf(protocolOfKafkajs, given));
  });
});

/** Returns the same request with values that are written by callbacks. */
function withWrittenValues({ topicData, ...rest }: PlainProduce): PlainProduce {
  const written = (bytes: Buffer): WrittenBytes => ({
    byteLength: bytes.length,
    writeTo: (into, at) => into.set(bytes, at),
  });
  return {
    ...rest,
    topicData: topicData.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, messages }) => ({
        partition,
        messages: messages.map((plain) => {
          return { ...plain, value: Buffer.isBuffer(plain.value) ? written(plain.value) : plain.value };
        }),
      })),
    })),
  };
}

function withMessage(part: object): ProduceArguments['topicData'] {
  return [{ topic: 'a', partitions: [{ partition: 0, messages: [{ key: null, value: 'v', ...part }] }] }];
}
