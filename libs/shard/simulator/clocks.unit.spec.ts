import { describe, expect, it } from 'vitest';
import { OUTCOME, type UncountedReason } from '@icmp-mon/probing/contract';
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
import { type ResultBatch, type ShardDirectory, ShardFold } from '@icmp-mon/shard/engine';
import { StatusParticipant } from '@icmp-mon/status/server';
import { immediateRows, type SimulatedRows, SimulatedTables } from './simulated-tables';
import { AGENT_IDS, START_MS, targetIdOf } from '@icmp-mon/shard/engine/testing';

const [AGENT] = AGENT_IDS;
const KEY = 8;
const INTERVAL_MS = 5_000;
const MINUTE_MS = 60_000;
const DAY_S = 86_400;
const BOOT = Math.floor(START_MS / 1_000) - 100;

interface Measured {
  outcome?: number;
  boot?: number;
  sequence?: number;
  /** Relative to true time. */
  gatewayAheadMs?: number;
  clockOffsetMs?: number;
  sampleMs?: number;
}

/** A shard with one target of one agent. Time passes in true seconds, each with a tick; clocks are off by the given amounts. */
class Shard {
  readonly samplesMs: number[] = [];
  readonly uncounted: Partial<Record<UncountedReason, number>> = {};
  private readonly tables = new SimulatedTables();
  private fold: ShardFold<SimulatedRows>;
  private status!: StatusParticipant<SimulatedRows>;
  private offset = 0;
  private sequence = 0;
  nowMs = START_MS;

  constructor() {
    this.fold = this.newFold();
    const policy = {
      kind: 'policy',
      tier: 'fast',
      policyVersion: 1,
      intervalMs: INTERVAL_MS,
      timeoutMs: 1_000,
    } as const;
    const checks = [{ check: 1, type: 'icmp_ping', expect: 'reachable' }] as const;
    const facts = [
      { ...policy, missesToFail: 2, successesToRecover: 1, quorum: 'majority', checks: [...checks] },
      { kind: 'agent', agentId: AGENT, name: 'a', region: 'r', provider: 'p', state: 'active' },
      {
        ...{ kind: 'target', targetKey: KEY, targetId: targetIdOf(KEY), ip: '127.0.0.8', vrf: 'default', tier: 'fast' },
        selected: [AGENT],
      },
    ] as Parameters<typeof encodeFeedRecord>[1][];
    facts.forEach((fact, at) => this.apply(encodeFeedRecord(at + 1, fact)));
    this.tick();
  }

  private newFold(): ShardFold<SimulatedRows> {
    const directory = (): ShardDirectory => this.fold.directory;
    this.status = new StatusParticipant(0, directory, this.tables.status);
    const witness = {
      name: 'witness',
      onResults: ({ count, sampleMs }: ResultBatch) => void this.samplesMs.push(...sampleMs.subarray(0, count)),
      onUncounted: (_agentId: string, reason: UncountedReason, results: number) =>
        void (this.uncounted[reason] = (this.uncounted[reason] ?? 0) + results),
      checkpoint: () => ({ head: null, columns: {} }),
      restore: () => undefined,
      takePendingWrite: () => null,
      hasPending: () => false,
    };
    return new ShardFold(0, [this.status, witness]);
  }

  private apply(record: Uint8Array): void {
    this.fold.applyRecord(this.offset++, record, () => -1);
  }

  tick(aheadMs = 0): this {
    this.apply(encodeTickRecord(1, this.nowMs + aheadMs));
    return this;
  }

  passes(ms: number): this {
    for (let left = ms; left > 0; left -= 1_000) {
      this.nowMs += 1_000;
      this.tick();
    }
    return this;
  }

  measured(how: Measured = {}): this {
    const { outcome = OUTCOME.reply, boot = BOOT, sequence = ++this.sequence, clockOffsetMs = 0 } = how;
    const builder = new ResultColumnsBuilder();
    builder.addResult(KEY, 1, how.sampleMs ?? this.nowMs, outcome, outcome === OUTCOME.reply ? 900 : 0);
    const address = { agentId: AGENT, boot, lane: LANE.live, shard: 0, sequence, policyVersion: 1 };
    const block = frameBlock(address, encodeBody(builder.buildColumns(), compress));
    const receivedAtMs = this.nowMs + (how.gatewayAheadMs ?? 0);
    this.apply(encodeBlocksRecord([{ receivedAtMs, clockOffsetMs, block }]));
    return this;
  }

  /** Continues in another process from the checkpoint. */
  restarts(): this {
    const bytes = this.fold.checkpoint();
    this.fold = this.newFold();
    this.fold.restore(bytes);
    return this;
  }

  async changes(): Promise<{ status: string; sinceMs: number }[]> {
    await this.status.takePendingWrite()?.writeRows(immediateRows);
    return this.tables.changes
      .splice(0)
      .map(({ to_status: status, since }) => ({ status, sinceMs: new Date(since).getTime() }));
  }

  async statuses(): Promise<string[]> {
    return (await this.changes()).map(({ status }) => status);
  }
}

describe('a gateway whose clock is 50 minutes ahead for half a minute', () => {
  const gatewayAheadMs = 50 * MINUTE_MS;
  // The gateway estimates that an agent with a correct clock is behind.
  const ahead = { gatewayAheadMs, clockOffsetMs: -gatewayAheadMs };

  it('leaves no target without data once it is correct again, also after a restart', async () => {
    const shard = new Shard().measured().passes(5_000);
    for (let upload = 0; upload < 5; upload++) shard.measured(ahead).passes(5_000);
    expect(await shard.statuses()).toEqual(['unknown', 'up']);
    shard.restarts();
    for (let upload = 0; upload < 8; upload++) shard.measured().passes(5_000);
    expect(await shard.statuses()).toEqual([]);
    expect(shard.uncounted.late).toBeUndefined();
  });

  it('dates no result into the future after the next tick, and never one that is judged', async () => {
    const shard = new Shard().measured().passes(5_000).measured(ahead).passes(5_000);
    const placed = shard.samplesMs.length;
    shard
      .measured({ ...ahead, outcome: OUTCOME.timeout })
      .passes(5_000)
      .measured({ ...ahead, outcome: OUTCOME.timeout });
    expect(Math.max(...shard.samplesMs.slice(placed))).toBeLessThanOrEqual(shard.nowMs + 1_000);
    const down = (await shard.changes()).at(-1);
    expect(down?.status).toBe('down');
    expect(down?.sinceMs).toBeLessThanOrEqual(shard.nowMs + 1_000);
    expect(shard.uncounted.too_new).toBe(2);
  });

  it('is not suspected after an outage in which no ticks were written', () => {
    const shard = new Shard().measured();
    shard.nowMs += 10 * MINUTE_MS;
    const sampleMs = shard.nowMs - 2_000;
    shard.measured({ sampleMs }).passes(1_000).measured().passes(2_000).measured();
    expect(shard.samplesMs).toEqual([START_MS, sampleMs, sampleMs + 3_000, sampleMs + 5_000]);
  });
});

describe('a database whose clock was ahead', () => {
  it('leaves no target without data once it is correct again', async () => {
    const shard = new Shard().measured().passes(5_000);
    for (let second = 0; second < 25; second++) {
      shard.nowMs += 1_000;
      shard.tick(50 * MINUTE_MS);
      if (second % 5 === 0) shard.measured({ gatewayAheadMs: 50 * MINUTE_MS, sampleMs: shard.nowMs + 50 * MINUTE_MS });
    }
    for (let upload = 0; upload < 8; upload++) shard.passes(5_000).measured();
    expect(await shard.statuses()).toEqual(['unknown', 'up']);
  });
});

describe('the boots of an agent', () => {
  it('count from the first result on when the agent was enrolled 20 days ahead and recreated with a correct clock', async () => {
    const shard = new Shard()
      .measured({ boot: BOOT + 20 * DAY_S })
      .passes(5_000)
      .measured({ boot: BOOT + 20 * DAY_S });
    const counted = shard.samplesMs.length;
    shard.passes(15_000).restarts();
    for (let upload = 0; upload < 4; upload++) shard.passes(5_000).measured({ boot: BOOT + 20, sequence: upload });
    expect(shard.samplesMs.length).toBe(counted + 4);
    expect(shard.uncounted).toEqual({});
  });

  it('count after the greatest number, when they start again from the time', () => {
    const shard = new Shard().measured({ boot: 0xffff_ffff, sequence: 7 }).passes(5_000);
    shard.measured({ boot: BOOT, sequence: 0 }).passes(5_000).measured({ boot: BOOT, sequence: 1 });
    expect(shard.samplesMs).toHaveLength(3);
  });

  it('of two processes count for the one started last, until it is silent for a minute', () => {
    const shard = new Shard();
    for (let at = 0; at < 3; at++) shard.measured({ boot: BOOT, sequence: at }).passes(1_000);
    for (let at = 0; at < 3; at++) {
      shard
        .measured({ boot: BOOT + 12, sequence: at })
        .measured({ boot: BOOT, sequence: 3 + at })
        .passes(1_000);
    }
    expect(shard.samplesMs).toHaveLength(6);
    expect(shard.uncounted).toEqual({ older_boot: 3 });
    shard.passes(MINUTE_MS).measured({ boot: BOOT, sequence: 6 }).measured({ boot: BOOT, sequence: 7 });
    expect(shard.samplesMs).toHaveLength(8);
    // Blocks that were received before are recognised as repeated, regardless of their boot.
    shard
      .measured({ boot: BOOT, sequence: 2 })
      .measured({ boot: BOOT + 12, sequence: 2 })
      .restarts();
    shard.measured({ boot: BOOT + 12, sequence: 1 });
    expect(shard.uncounted).toEqual({ older_boot: 3, repeated: 3 });
  });
});

describe('results that are not counted as the agent intended', () => {
  it('are counted by reason', () => {
    const shard = new Shard().measured().measured({ sequence: 1 }).passes(15_000);
    shard.measured({ sampleMs: shard.nowMs - 40 * DAY_S * 1_000 });
    shard.measured({ sampleMs: shard.nowMs + 3 * MINUTE_MS });
    shard.measured({ clockOffsetMs: -2 * 60 * MINUTE_MS, sampleMs: shard.nowMs - 2 * 60 * MINUTE_MS });
    shard.measured({ sampleMs: shard.nowMs - MINUTE_MS });
    expect(shard.uncounted).toEqual({ repeated: 1, too_old: 1, too_new: 1, clock_corrected: 1, late: 1 });
  });
});
