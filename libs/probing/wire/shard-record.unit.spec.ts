import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeedFact, isFeedFact, shardOf } from '@icmp-mon/probing/contract';
import { BlocksRecord, decodeShardRecord, encodeBlocksRecord, encodeFeedRecord, encodeTickRecord } from '.';
import { RECORD_ENVELOPES_MAX } from './shard-record';
import { SHARD_RECORD_BYTES_MAX } from './shard-record-kind';
import { blockOf, THREE_ROWS } from './block-fixtures';

const agentId = '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f';
const block = blockOf(THREE_ROWS);
const policy: FeedFact = {
  kind: 'policy',
  tier: 'standard',
  policyVersion: 17,
  intervalMs: 15_000,
  timeoutMs: 1_000,
  missesToFail: 2,
  successesToRecover: 1,
  quorum: 'majority',
  checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
};
const target: FeedFact = {
  kind: 'target',
  targetKey: 1_001,
  targetId: agentId,
  ip: '127.0.0.9',
  vrf: 'default',
  tier: 'standard',
  selected: [agentId],
};
const agent: FeedFact = { kind: 'agent', agentId, name: 'local', region: 'lab', provider: 'lo', state: 'active' };
const removed: FeedFact = { kind: 'target-removed', targetKey: 1_001 };
const facts = [policy, target, agent, removed];

describe('a record of the shard log', () => {
  it('decodes to the same blocks, with time of receipt and clock offset', () => {
    const envelope = fc.record({
      receivedAtMs: fc.maxSafeNat(),
      clockOffsetMs: fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }),
      block: fc.uint8Array({ maxLength: 80 }),
    });
    fc.assert(
      fc.property(fc.array(envelope, { minLength: 1, maxLength: 10 }), (envelopes) => {
        const record = decodeShardRecord(encodeBlocksRecord(envelopes));
        expect(record).toEqual({ ok: true, record: { kind: 'blocks', envelopes } });
      }),
    );
  });

  it('is written with its exact length at any index', () => {
    const envelopes = [0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1].map((receivedAtMs) => {
      return { receivedAtMs, clockOffsetMs: -1, block };
    });
    const record = new BlocksRecord(envelopes);
    const bytes = new Uint8Array(record.byteLength + 4).fill(9);
    record.writeTo(bytes, 2);
    expect([bytes.slice(0, 2), bytes.slice(-2)]).toEqual([Uint8Array.of(9, 9), Uint8Array.of(9, 9)]);
    expect(bytes.slice(2, -2)).toEqual(encodeBlocksRecord(envelopes));
  });

  it('caps clock offsets beyond its bounds', () => {
    const bytes = encodeBlocksRecord([{ receivedAtMs: 1.9, clockOffsetMs: -1e15, block }]);
    expect(decodeShardRecord(bytes)).toMatchObject({
      record: { envelopes: [{ receivedAtMs: 1, clockOffsetMs: -0x7fff_ffff }] },
    });
  });

  it('decodes to the same tick', () => {
    expect(decodeShardRecord(encodeTickRecord(12, 1_795_000_000_123))).toEqual({
      ok: true,
      record: { kind: 'tick', leaseEpoch: 12, atMs: 1_795_000_000_123 },
    });
  });

  it.each(facts)('decodes to the same feed fact and position: $kind', (fact) => {
    expect(decodeShardRecord(encodeFeedRecord(99, fact))).toEqual({
      ok: true,
      record: { kind: 'feed', position: 99, fact },
    });
  });

  it('cannot be written empty or too large', () => {
    expect(() => encodeBlocksRecord([])).toThrow(/1 to 4096 blocks, not 0/);
    const envelope = { receivedAtMs: 1, clockOffsetMs: 0, block };
    expect(() => encodeBlocksRecord(Array.from({ length: RECORD_ENVELOPES_MAX + 1 }, () => envelope))).toThrow(
      /not 4097/,
    );
    const large = { ...envelope, block: new Uint8Array(SHARD_RECORD_BYTES_MAX) };
    expect(() => encodeBlocksRecord([large])).toThrow(/split it/);
  });

  it.each([
    ['empty', []],
    ['empty', [1]],
    ['unknown_kind', [9, 1, 2, 3]],
    ['torn', [1, 5]],
    ['torn', [1, 5, 0, 200, 1, 7]],
    ['torn', [1, 5, 255, 255, 255, 255, 255, 1, 0]],
    ['too_large', [1, 5, 0, 255, 255, 255, 255, 15]],
    ['torn', [2, 5]],
    ['torn', [2, 5, 6, 7]],
    ['torn', [3]],
    ['bad_json', [3, 1, 0x7b]],
    ['bad_json', [3, 1, 0xff, 0xfe]],
    ['bad_fact', [3, 1, 0x31]],
  ])('is refused as %s: %j', (reason, bytes) => {
    expect(decodeShardRecord(Uint8Array.from(bytes))).toMatchObject({ ok: false, reason });
  });

  it('is refused when it is larger than any valid one, or has too many blocks', () => {
    expect(decodeShardRecord(new Uint8Array(SHARD_RECORD_BYTES_MAX + 1))).toMatchObject({ reason: 'too_large' });
    const many = new Uint8Array(1 + 3 * (RECORD_ENVELOPES_MAX + 1));
    many[0] = 1;
    expect(decodeShardRecord(many)).toMatchObject({ reason: 'too_large' });
  });

  it('never throws, for any bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.uint8Array({ maxLength: 60 }), (kind, rest) => {
        expect(decodeShardRecord(Uint8Array.of(kind, ...rest))).toHaveProperty('ok');
      }),
    );
  });
});

describe('a feed fact', () => {
  it('may have unknown fields', () => {
    expect(isFeedFact({ ...target, colour: 'red' })).toBe(true);
    expect(isFeedFact({ ...policy, quorum: 2 })).toBe(true);
  });

  it('is refused with any one field missing', () => {
    for (const fact of facts) {
      for (const field of Object.keys(fact)) {
        const rest = Object.fromEntries(Object.entries(fact).filter(([name]) => name !== field));
        expect(isFeedFact(rest), `${fact.kind} without ${field}`).toBe(false);
      }
    }
  });

  it.each([
    [{ ...target, targetKey: -1 }],
    [{ ...target, targetKey: 2 ** 32 }],
    [{ ...target, selected: ['nobody'] }],
    [{ ...target, selected: Array.from({ length: 1_001 }, () => agentId) }],
    [{ ...target, ip: 'x'.repeat(257) }],
    [{ ...policy, intervalMs: 0 }],
    [{ ...policy, quorum: 'all' }],
    [{ ...policy, checks: [] }],
    [{ ...policy, checks: [7] }],
    [{ ...policy, checks: [{ check: 65_536, type: 'icmp_ping', expect: 'reachable' }] }],
    [{ ...policy, checks: [{ check: 1, type: 'icmp_ping', expect: 'sometimes' }] }],
    [{ ...agent, state: 'asleep' }],
    [{ kind: 'weather' }],
    [null],
    [[]],
  ])('is refused: %j', (fact) => {
    expect(isFeedFact(fact)).toBe(false);
  });

  it('belongs to the shard of its target', () => {
    expect([0, 7, 8, 1_001].map((targetKey) => shardOf(targetKey, 8))).toEqual([0, 7, 0, 1]);
  });
});
