import { describe, expect, it } from 'vitest';
import { OUTCOME, type FeedFact } from '@icmp-mon/probing/contract';
import {
  encodeBlocksRecord,
  encodeBody,
  encodeFeedRecord,
  encodeTickRecord,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
  WINDOW_MS,
} from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { ShardFold, type ShardDirectory } from '@icmp-mon/shard/engine';
import { AgentNumbers, type LiveBus, SeriesParticipant } from '@icmp-mon/probing/server';
import { type ChangeRow, StatusParticipant } from '@icmp-mon/status/server';
import { immediateRows, numbersByPlace, type SimulatedRows, SimulatedTables } from './simulated-tables';
import { AGENT_IDS, START_MS, targetIdOf } from '@icmp-mon/shard/engine/testing';

const INTERVAL_MS = 15_000;
const KEY = 8;

type Restored = ShardFold<SimulatedRows>;

/** A shard that only judges, continued in another process. */
function restoredFrom(checkpoint: Uint8Array): Restored {
  const tables = new SimulatedTables();
  const restored: Restored = new ShardFold(0, [new StatusParticipant(0, () => restored.directory, tables.status)]);
  restored.restore(checkpoint);
  return restored;
}

/** A shard with one target and the given agents, with operations named from an operator's point of view. */
class Story {
  readonly fold: ShardFold<SimulatedRows>;
  private readonly tables = new SimulatedTables();
  private readonly status: StatusParticipant<SimulatedRows>;
  private readonly series: SeriesParticipant<SimulatedRows>;
  private offset = 0;
  private position = 0;
  private sequence = 0;
  nowMs = START_MS;

  constructor() {
    const directory = (): ShardDirectory => this.fold.directory;
    this.status = new StatusParticipant(0, directory, this.tables.status);
    const liveBus: LiveBus = { watchedKeys: () => new Set(), publishMessage: () => undefined };
    const agentNumbers = new AgentNumbers(numbersByPlace(AGENT_IDS));
    this.series = new SeriesParticipant(0, directory, {
      ...{ tables: this.tables.seriesTables, agentNumbers, liveBus, nowMs: () => 1e9 },
    });
    this.fold = new ShardFold(0, [this.status, this.series]);
    this.checked(1);
    for (const agentId of AGENT_IDS) {
      this.told({ kind: 'agent', agentId, name: agentId, region: 'r', provider: 'p', state: 'active' });
    }
  }

  private apply(record: Uint8Array): void {
    this.fold.applyRecord(this.offset++, record, () => -1);
  }

  told(fact: FeedFact): this {
    this.apply(encodeFeedRecord(++this.position, fact));
    return this;
  }

  /** Sets the checks of the tier's policy to these numbers. */
  checked(...checks: number[]): this {
    return this.told({
      ...{ kind: 'policy', tier: 'standard', policyVersion: 1, intervalMs: INTERVAL_MS, timeoutMs: 1_000 },
      ...{ missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
      checks: checks.map((check) => ({ check, type: 'icmp_ping', expect: 'reachable' })),
    });
  }

  /** All selected agents refuse the address by their own policies. */
  refusedBy(...agentIds: string[]): this {
    return this.selectedAs(agentIds, { refuses: agentIds });
  }

  is(condition: 'ok' | 'silent' | 'unable', agentId = AGENT_IDS[0]): this {
    return this.told({ kind: 'agent', agentId, name: agentId, region: 'r', provider: 'p', state: 'active', condition });
  }

  selected(...agentIds: string[]): this {
    return this.selectedAs(agentIds, {});
  }

  private selectedAs(selected: string[], more: { refuses?: string[] }): this {
    const target = { targetKey: KEY, targetId: targetIdOf(KEY), ip: '127.0.0.8', vrf: 'default', tier: 'standard' };
    return this.told({ kind: 'target', ...target, selected, ...more });
  }

  tick(atMs = this.nowMs): this {
    this.apply(encodeTickRecord(1, atMs));
    return this;
  }

  passes(ms: number): this {
    for (let left = ms; left > 0; left -= 1_000) {
      this.nowMs += 1_000;
      this.tick();
    }
    return this;
  }

  measured(outcome: number, agentId = AGENT_IDS[0], sampleMs = this.nowMs, lane: 0 | 1 = LANE.live, check = 1): this {
    const builder = new ResultColumnsBuilder();
    builder.addResult(KEY, check, sampleMs, outcome, outcome === OUTCOME.reply ? 900 : 0);
    const address = { agentId, boot: 1, lane, shard: 0, sequence: ++this.sequence, policyVersion: 1 };
    const block = frameBlock(address, encodeBody(builder.buildColumns(), compress));
    this.apply(encodeBlocksRecord([{ receivedAtMs: this.nowMs, clockOffsetMs: 0, block }]));
    return this;
  }

  measuredBy(check: number, outcome: number, agentId = AGENT_IDS[0]): this {
    return this.measured(outcome, agentId, this.nowMs, LANE.live, check);
  }

  /** Returns the target's state in a checkpoint, and in that of a shard that continues from it. */
  stateAndRestored(): [state: unknown, restored: unknown] {
    const restored = restoredFrom(this.fold.checkpoint());
    return [this.status.checkpoint().head, restored.participants[0].checkpoint().head];
  }

  /** Returns changes since the last call, and the tables that were written. */
  async stored(): Promise<{ changes: ChangeRow[]; tables: string[]; watermark: Date | null }> {
    await this.series.prepareWrite();
    const { tables } = this;
    const before = {
      recent: tables.recent.length,
      series: tables.series.length,
      watermarkMs: tables.watermarksMs.get(0),
    };
    for (const write of [this.status.takePendingWrite(), this.series.takePendingWrite(true)])
      await write?.writeRows(immediateRows);
    const watermarkMs = tables.watermarksMs.get(0);
    return {
      changes: tables.changes.splice(0),
      tables: [
        ...(tables.recent.length > before.recent ? ['probe_recent'] : []),
        ...(tables.series.length > before.series ? ['probe_series'] : []),
      ],
      watermark: watermarkMs === undefined || watermarkMs === before.watermarkMs ? null : new Date(watermarkMs),
    };
  }

  async statuses(): Promise<string[]> {
    return (await this.stored()).changes.map(({ to_status, reason }) => `${to_status} ${reason}`);
  }
}

function up(): Story {
  return new Story().tick().selected(AGENT_IDS[0]).measured(OUTCOME.reply);
}

describe('a target', () => {
  it('goes down after two misses and up after one success', async () => {
    const story = up().passes(INTERVAL_MS).measured(OUTCOME.timeout);
    expect(await story.statuses()).toEqual(['unknown warming', 'up quorum_up']);
    story.passes(INTERVAL_MS).measured(OUTCOME.timeout).passes(INTERVAL_MS).measured(OUTCOME.reply);
    expect(await story.statuses()).toEqual(['down quorum_down', 'up quorum_up']);
  });

  it('stays down when another agent takes it over and does not reach it either', async () => {
    const story = up().measured(OUTCOME.timeout).passes(1_000).measured(OUTCOME.timeout);
    await story.stored();
    story.selected(AGENT_IDS[1]).passes(2_000).measured(OUTCOME.timeout, AGENT_IDS[1]);
    story.passes(INTERVAL_MS).measured(OUTCOME.timeout, AGENT_IDS[1]);
    expect(await story.statuses()).toEqual([]);
  });

  it('that never replied to any agent is unknown, not down', async () => {
    const story = new Story().tick().selected(AGENT_IDS[0]).measured(OUTCOME.timeout).passes(INTERVAL_MS);
    expect((await story.measured(OUTCOME.timeout).statuses()).at(-1)).toBe('unknown never_answered');
  });

  it('is unknown when its agent stops reporting, and then needs a complete new verdict', async () => {
    const story = up();
    await story.stored();
    expect(await story.passes(4 * INTERVAL_MS).statuses()).toEqual(['unknown no_fresh_data']);
    expect(await story.measured(OUTCOME.timeout).statuses()).toEqual([]);
    expect(await story.passes(1_000).measured(OUTCOME.timeout).statuses()).toEqual(['down quorum_down']);
  });

  it('has a reason when the agent returns but its kernel refuses to send, and none when that ends', async () => {
    const story = up().passes(4 * INTERVAL_MS);
    await story.stored();
    expect(await story.measured(OUTCOME.not_sent).statuses()).toEqual(['unknown not_sent']);
    expect(await story.passes(4 * INTERVAL_MS).statuses()).toEqual(['unknown no_fresh_data']);
  });

  it('is dated by the first tick when its fact arrived before it', async () => {
    const { changes } = await new Story().selected(AGENT_IDS[0]).tick().stored();
    expect(changes.map(({ since }) => since)).toEqual([new Date(START_MS).toISOString()]);
  });
});

describe('a target whose agent is unreliable', () => {
  it('has the reason that its agent is lost, and keeps its status while another agent warms up', async () => {
    const story = up();
    await story.stored();
    expect(await story.is('silent').statuses()).toEqual([]);
    expect(await story.passes(4 * INTERVAL_MS).statuses()).toEqual(['unknown agent_lost']);
    story.selected(AGENT_IDS[1]).passes(2_000);
    expect(await story.statuses()).toEqual([]);
    expect(await story.measured(OUTCOME.reply, AGENT_IDS[1]).statuses()).toEqual(['up quorum_up']);
  });

  it('does not change when it is reassigned before its verdict is stale', async () => {
    const story = up();
    await story.stored();
    story.is('silent').passes(INTERVAL_MS).selected(AGENT_IDS[1]).passes(INTERVAL_MS);
    story.measured(OUTCOME.reply, AGENT_IDS[1]);
    expect(await story.statuses()).toEqual([]);
  });

  it('has another reason for missing data once the agent reports again', async () => {
    const story = up()
      .is('silent')
      .passes(4 * INTERVAL_MS);
    await story.stored();
    expect(await story.is('ok').statuses()).toEqual(['unknown no_fresh_data']);
    expect(await story.is('unable').statuses()).toEqual(['unknown agent_unable']);
    expect(await story.measured(OUTCOME.reply).statuses()).toEqual(['up quorum_up']);
  });

  it('reports immediately that the agent refuses it, also when it is new, and warms up when that ends', async () => {
    const story = new Story().tick().refusedBy(AGENT_IDS[0]);
    expect(await story.statuses()).toEqual(['unknown agent_refuses']);
    expect(await story.passes(4 * INTERVAL_MS).statuses()).toEqual([]);
    expect(await story.selected(AGENT_IDS[1]).statuses()).toEqual([]);
    expect(await story.measured(OUTCOME.reply, AGENT_IDS[1]).statuses()).toEqual(['up quorum_up']);
  });

  it('keeps its status while an agent that now refuses it has a fresh verdict', async () => {
    const story = up();
    await story.stored();
    expect(await story.refusedBy(AGENT_IDS[0]).statuses()).toEqual([]);
    expect(await story.passes(4 * INTERVAL_MS).statuses()).toEqual(['unknown agent_refuses']);
  });

  it('continues from a checkpoint with the conditions of its agents', async () => {
    const story = new Story().tick().refusedBy(AGENT_IDS[0]).is('silent', AGENT_IDS[1]);
    const restored = restoredFrom(story.fold.checkpoint());
    expect(restored.directory.targets.get(KEY)?.refuses).toEqual([AGENT_IDS[0]]);
    expect(restored.directory.agents.get(AGENT_IDS[1])?.condition).toBe('silent');
  });

  it('keeps the quorum of the selected agents, regardless of how many are lost', async () => {
    const story = new Story().tick().selected(...AGENT_IDS.slice(0, 3));
    for (const agentId of AGENT_IDS.slice(0, 3)) story.measured(OUTCOME.reply, agentId);
    await story.stored();
    story.is('silent', AGENT_IDS[1]).is('silent', AGENT_IDS[2]);
    for (let round = 0; round < 4; round++) story.passes(INTERVAL_MS).measured(OUTCOME.reply);
    expect(await story.statuses()).toEqual(['unknown too_few_voters']);
  });
});

describe('a target with several checks', () => {
  it('is not held down by a check that is new to it', async () => {
    const story = up().measured(OUTCOME.timeout).passes(1_000).measured(OUTCOME.timeout);
    await story.stored();
    story.checked(1, 2).passes(1_000);
    expect(await story.statuses()).toEqual([]);
    expect(await story.measured(OUTCOME.reply).statuses()).toEqual(['unknown warming']);
    expect(await story.measuredBy(2, OUTCOME.reply).statuses()).toEqual(['up quorum_up']);
  });

  it('stays up while a new check warms up, and then goes down by it', async () => {
    const story = up();
    await story.stored();
    story.checked(1, 2).measured(OUTCOME.reply).measuredBy(2, OUTCOME.reply).measuredBy(2, OUTCOME.timeout);
    expect(await story.statuses()).toEqual([]);
    expect(await story.measuredBy(2, OUTCOME.timeout).statuses()).toEqual(['down quorum_down']);
  });

  it('keeps the verdict of each check while new agents warm up', async () => {
    const story = up().checked(1, 2).measuredBy(2, OUTCOME.reply);
    story.passes(1_000).measuredBy(2, OUTCOME.timeout).measuredBy(2, OUTCOME.timeout);
    await story.stored();
    const [state, restored] = story.selected(AGENT_IDS[1]).stateAndRestored();
    expect(restored).toEqual(state);
    story.measuredBy(1, OUTCOME.reply, AGENT_IDS[1]);
    expect(await story.statuses()).toEqual([]);
    expect(await story.measuredBy(2, OUTCOME.reply, AGENT_IDS[1]).statuses()).toEqual(['up quorum_up']);
    story.checked(1).measured(OUTCOME.timeout, AGENT_IDS[1]).measured(OUTCOME.timeout, AGENT_IDS[1]);
    expect(await story.statuses()).toEqual(['down quorum_down']);
  });
});

describe("the shard's clock", () => {
  it('continues after one tick of a clock that was set an hour ahead and back', async () => {
    const story = up();
    await story.stored();
    story.tick(story.nowMs + 3_600_000).passes(4 * INTERVAL_MS);
    expect(await story.statuses()).toEqual(['unknown no_fresh_data']);
    expect((await story.measured(OUTCOME.reply).stored()).tables).toEqual(['probe_recent']);
  });

  it('makes no agent stale by an hour in which no tick could be written', async () => {
    const story = up();
    await story.stored();
    story.nowMs += 3_600_000;
    expect(await story.tick().passes(3_000).statuses()).toEqual([]);
  });
});

describe('results of an agent whose target was reassigned', () => {
  const moved = (): Story => up().is('silent').selected(AGENT_IDS[1]).measured(OUTCOME.reply, AGENT_IDS[1]);

  it('are stored when the agent returns, also after a checkpoint, and are not judged', async () => {
    const story = moved();
    await story.stored();
    const results = story.fold.counters.results;
    story.passes(INTERVAL_MS).measured(OUTCOME.timeout, AGENT_IDS[0], story.nowMs - INTERVAL_MS, LANE.backfill);
    story.measured(OUTCOME.timeout, AGENT_IDS[0]).measured(OUTCOME.timeout, AGENT_IDS[0]);
    expect(story.fold.counters).toMatchObject({ results: results + 3, unassignedResults: 0 });
    expect(await story.stored()).toMatchObject({ changes: [], tables: ['probe_recent'] });
    const restored = restoredFrom(story.fold.checkpoint());
    expect(restored.directory.findFormer(AGENT_IDS[0], KEY, 1, story.nowMs)?.key).toBe(KEY);
  });

  it('do not count from an agent that was never selected, nor after a day', async () => {
    const story = moved().measured(OUTCOME.reply, AGENT_IDS[2]);
    expect(story.fold.counters.unassignedResults).toBe(1);
    expect(story.fold.directory.findFormer(AGENT_IDS[0], KEY, 1, story.nowMs + 24 * 3_600_000)).toBeDefined();
    expect(story.fold.directory.findFormer(AGENT_IDS[0], KEY, 1, story.nowMs + 26 * 3_600_000)).toBeUndefined();
  });
});

describe('late results', () => {
  it('report the watermark above them to readers, also when nothing was folded since', async () => {
    const story = up();
    await story.stored();
    story.passes(4 * WINDOW_MS);
    const sampleMs = story.nowMs - 2 * WINDOW_MS;
    const { tables, watermark } = await story.measured(OUTCOME.reply, AGENT_IDS[0], sampleMs, LANE.backfill).stored();
    expect(tables).toEqual(['probe_recent', 'probe_series']);
    expect(watermark!.getTime()).toBeGreaterThan(sampleMs);
  });

  it('find the watermark stored by a shard that has no results at all', async () => {
    const story = new Story().tick();
    await story.stored();
    const { watermark } = await story.passes(2 * WINDOW_MS).stored();
    expect(watermark!.getTime()).toBeGreaterThan(START_MS);
  });

  it('are not judged', async () => {
    const story = up();
    await story.stored();
    story.measured(OUTCOME.timeout, AGENT_IDS[0], story.nowMs, LANE.backfill);
    story.measured(OUTCOME.timeout, AGENT_IDS[0], story.nowMs, LANE.backfill);
    expect(await story.statuses()).toEqual([]);
  });
});
