import { type FeedFact, type TargetFact } from '@icmp-mon/probing/contract';
import {
  encodeBlocksRecord,
  encodeFeedRecord,
  encodeTickRecord,
  frameBlock,
  type BlockEnvelope,
  type EncodedBody,
  type Lane,
} from '@icmp-mon/probing/wire';

interface Shipment {
  agentId: string;
  lane: Lane;
  shard: number;
  body: EncodedBody;
  receivedAtMs: number;
}

/** The records of a shard log as feed publisher, gateway and tick producer write them. Numbers facts and blocks. */
export class ShardRecords {
  private readonly sequences = new Map<string, number>();

  constructor(private feedPosition = 0) {}

  factRecord(fact: FeedFact): Uint8Array {
    return encodeFeedRecord(++this.feedPosition, fact);
  }

  tickRecord(atMs: number, leaseEpoch = 1): Uint8Array {
    return encodeTickRecord(leaseEpoch, atMs);
  }

  /** Returns the next block of the agent's lane. */
  block({ agentId, lane, shard, body, receivedAtMs }: Shipment): BlockEnvelope {
    const key = `${agentId}/${lane}`;
    const sequence = (this.sequences.get(key) ?? 0) + 1;
    this.sequences.set(key, sequence);
    const block = frameBlock({ agentId, boot: 1, lane, shard, sequence, policyVersion: 1 }, body);
    return { receivedAtMs, clockOffsetMs: 0, block };
  }

  blocksRecord(envelopes: readonly BlockEnvelope[]): Uint8Array {
    return encodeBlocksRecord(envelopes);
  }
}

export function targetIdOf(key: number): string {
  return `01900000-0000-7000-9000-${key.toString(16).padStart(12, '0')}`;
}

export function agentIdOf(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Returns a tier policy of one ICMP check: two misses, one success, majority. */
export function policyFact(tier: string, intervalMs: number): FeedFact & { kind: 'policy' } {
  return {
    kind: 'policy',
    tier,
    policyVersion: 1,
    intervalMs,
    timeoutMs: 1_000,
    missesToFail: 2,
    successesToRecover: 1,
    quorum: 'majority',
    checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
  };
}

/** Returns a target on loopback, with a different address for each key. */
export function targetFact(targetKey: number, tier: string, selected: readonly string[]): TargetFact {
  const ip = `127.${(targetKey >> 16) & 255}.${(targetKey >> 8) & 255}.${targetKey & 255}`;
  return {
    ...{ kind: 'target', targetKey, targetId: targetIdOf(targetKey), ip, vrf: 'default', tier },
    selected: [...selected],
  };
}
