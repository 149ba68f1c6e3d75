import { encodePackets, encodePhases, OUTCOME } from '@icmp-mon/probing/contract';
import {
  encodeBlocksRecord,
  encodeBody,
  encodeFeedRecord,
  encodeTickRecord,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
} from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { type ResultBatch, type RecordPlace, type ShardClock, ShardFold } from '@icmp-mon/shard/engine';
import { expect, it } from 'vitest';
import { SeriesState } from './series-state';

const AGENT = '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f';
const KEY = 7;
const NOW_MS = Date.UTC(2026, 10, 30, 12);
const PACKETS = encodePackets({ sent: 5, received: 4 });
const PHASES = encodePhases({
  ...{ connectUs: 900, tlsUs: 5_000, firstByteUs: 12_000, totalUs: 12_500 },
  certificateEndsAt: '2027-01-02T03:04:05Z',
});

/** The series of a shard, fed by records of its log. */
class Series {
  state: SeriesState;
  private readonly fold: ShardFold<never>;
  private offset = 0;

  constructor(checkpoint?: Uint8Array) {
    this.fold = new ShardFold<never>(0, [this.participant()]);
    this.state = new SeriesState(0, () => this.fold.directory);
    if (checkpoint !== undefined) this.fold.restore(checkpoint);
  }

  apply(record: Uint8Array): void {
    this.fold.applyRecord(this.offset++, record, () => -1);
  }

  checkpoint(): Uint8Array {
    return this.fold.checkpoint();
  }

  details(): unknown[] {
    const found: unknown[] = [];
    for (const window of this.state.samples.inOrder(0))
      this.state.samples.eachSample(window, (_agent, _offset, _outcome, _rtt, detail) => found.push(detail));
    return found;
  }

  private participant() {
    return {
      name: 'series',
      onResults: (batch: ResultBatch, _clock: ShardClock, place: RecordPlace) => this.state.onResults(batch, place),
      onTick: (clock: ShardClock, place: RecordPlace) => this.state.onTick(clock, place),
      checkpoint: () => this.state.checkpoint(),
      restore: (part: Parameters<SeriesState['restore']>[0]) => this.state.restore(part),
      takePendingWrite: () => null,
      hasPending: () => false,
    };
  }
}

it('details of a block reach the series of their results, also after a checkpoint', () => {
  const series = new Series();
  const checks = [1, 2, 3].map((check) => ({ check, type: 'icmp_ping' as const, expect: 'reachable' as const }));
  const rule = { missesToFail: 2, successesToRecover: 1, quorum: 'majority' as const };
  const place = { vrf: 'default', tier: 'fast', targetId: AGENT, ip: '127.0.0.8', selected: [AGENT] };
  const facts: Parameters<typeof encodeFeedRecord>[1][] = [
    { kind: 'policy', tier: 'fast', policyVersion: 1, intervalMs: 5_000, timeoutMs: 1_000, ...rule, checks },
    { kind: 'agent', agentId: AGENT, name: 'a', region: 'r', provider: 'p', state: 'active' },
    { kind: 'target', targetKey: KEY, ...place },
  ];
  facts.forEach((fact, at) => series.apply(encodeFeedRecord(at + 1, fact)));
  series.apply(encodeTickRecord(1, NOW_MS));
  const builder = new ResultColumnsBuilder();
  // The result of a target that is not assigned does not shift the details of others.
  builder.addResult(99, 1, NOW_MS - 3, OUTCOME.reply, 900, PHASES);
  builder.addResult(KEY, 1, NOW_MS - 2, OUTCOME.reply, 900);
  builder.addResult(KEY, 2, NOW_MS - 1, OUTCOME.reply, 900, PACKETS);
  builder.addResult(KEY, 3, NOW_MS, OUTCOME.mismatch, 0, PHASES);
  const address = { agentId: AGENT, boot: 1, lane: LANE.live, shard: 0, sequence: 1, policyVersion: 1 };
  const block = frameBlock(address, encodeBody(builder.buildColumns(), compress));
  series.apply(encodeBlocksRecord([{ receivedAtMs: NOW_MS, clockOffsetMs: 0, block }]));
  expect(series.details()).toEqual([undefined, PACKETS, PHASES]);
  const again = new Series(series.checkpoint());
  expect(again.details()).toEqual([undefined, PACKETS, PHASES]);
});
