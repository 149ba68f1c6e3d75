import { createRequire } from 'node:module';
import fc from 'fast-check';
import Produce, { type ProduceArguments } from 'kafkajs/src/protocol/requests/produce/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCrc32c } from './crc32c';
import { encodeProduce, isPlain, type PlainProduce, replaceProduceEncoder } from './produce-request';

const { protocol: protocolOfKafkajs } = Produce;
const VERSION = 7;
const NOW_MS = 1_795_000_123_456;

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
const plainProduce: fc.Arbitrary<PlainProduce> = fc.record({
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

async function bytesOf(protocol: typeof Produce.protocol, given: ProduceArguments): Promise<Buffer> {
  const { request } = protocol({ version: VERSION })(given);
  return Buffer.from((await request.encode()).buffer);
}

// If one of these fails after an update of kafkajs: drop or adapt produce-request.ts.
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
        expect(encodeProduce(given, NOW_MS, crc32c).equals(await bytesOf(protocolOfKafkajs, given))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is encoded once kafkajs has our encoder, with the native CRC-32C, and keeps its header and response', async () => {
    const native = createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: (of: Uint8Array) => number };
    const crc32c = vi.spyOn(native, 'crc32c');
    replaceProduceEncoder();
    replaceProduceEncoder();
    crc32c.mockClear();
    expect(await bytesOf(Produce.protocol, ONE)).toEqual(await bytesOf(protocolOfKafkajs, ONE));
    expect(crc32c).toHaveBeenCalledTimes(1);
    const { request, response } = Produce.protocol({ version: VERSION })(ONE);
    const plain = protocolOfKafkajs({ version: VERSION })(ONE);
    expect(request).toMatchObject({ apiKey: 0, apiVersion: VERSION, apiName: 'Produce' });
    expect(response).toBe(plain.response);
  });

  it.each<[string, Partial<ProduceArguments>]>([
    ['a transaction', { transactionalId: 'of ours' }],
    ['an idempotent producer', { producerId: 4, producerEpoch: 1 }],
    ['compression', { compression: 1 }],
    ['a time of a message', { topicData: withMessage({ timestamp: '1795000000000' }) }],
    ['a header that repeats', { topicData: withMessage({ headers: { of: ['one', 'two'] } }) }],
  ])('is left to kafkajs when it has %s', async (_, part) => {
    const given = { ...ONE, ...part };
    expect(isPlain(given)).toBe(false);
    replaceProduceEncoder();
    expect(await bytesOf(Produce.protocol, given)).toEqual(await bytesOf(protocolOfKafkajs, given));
  });
});

function withMessage(part: object): ProduceArguments['topicData'] {
  return [{ topic: 'a', partitions: [{ partition: 0, messages: [{ key: null, value: 'v', ...part }] }] }];
}
