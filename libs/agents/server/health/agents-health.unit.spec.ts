import { DEFAULT_THRESHOLDS, type HealthFacts } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import { AGENTS_PART } from './agents-health';

const REPORT = {
  silent_s: 1,
  version: '1',
  spool_blocks: 1,
  spool_bytes: 1,
  spool_bytes_max: 100,
  spool_oldest_s: 1,
  dropped: 0,
  unmeasured_per_s: 0,
  unmeasured: null,
  late_ms: 40,
  executor_state: null,
  executor_detail: null,
  anchors_silent: false,
};
const TOPIC = 'internal.agent-telemetry';

interface World {
  /** Whether two processes with the key of the first agent were detected. */
  cloned?: boolean;
  /** One report per agent. */
  reports: Partial<Record<keyof typeof REPORT, number | string | boolean | Record<string, number> | null>>[];
  isProjectorRunning?: boolean;
  /** Offsets that have not moved for a minute. */
  committedOffsets?: { partition: number; next_offset: number }[];
  /** Null while Kafka is unreachable. */
  bounds?: { low: number; high: number } | null;
}

function lookAt({
  reports,
  cloned = false,
  isProjectorRunning = true,
  committedOffsets = [],
  bounds = { low: 0, high: 7 },
}: World): HealthFacts {
  const agents = reports.map((_, index) => ({
    id: String(index),
    name: `agent ${index}`,
    cloned: cloned && index === 0,
  }));
  const rows = reports.map((report, index) => ({ ...REPORT, ...report, agent_id: String(index) }));
  const answers = (text: string): object[] => {
    if (text.includes('consumer_offset')) return committedOffsets;
    return text.includes('agent_health') ? rows : agents;
  };
  const sql = { query: (text: string) => Promise.resolve(answers(text)) };
  const kafka = { boundsOrNull: () => Promise.resolve(bounds && new Map([[TOPIC, new Map([[0, bounds]])]])) };
  const messaging = { topic: (logical: string) => logical };
  const isRunning = (app: string) => Promise.resolve(app === 'projector' && isProjectorRunning);
  const facts = { control: sql, telemetry: sql, kafka, messaging, isRunning, thresholds: DEFAULT_THRESHOLDS };
  return facts as unknown as HealthFacts;
}

const read = (world: World) => AGENTS_PART.readPart(lookAt(world));

describe('the health part of agents', () => {
  it.each([
    [49, 100, 'ok'],
    [50, 100, 'attention'],
    [90, 100, 'bad'],
    [1_000_000, null, 'ok'],
  ])('grades a spool that holds %i bytes of %s as %s', async (spool_bytes, spool_bytes_max, state) => {
    const { rows } = await read({ reports: [{ spool_bytes, spool_bytes_max }] });
    expect(rows).toMatchObject([{ state, values: { agent: 'agent 0', spoolBytes: spool_bytes } }]);
  });

  it('needs attention while an agent reaches no anchor, and suspects the anchors when none does', async () => {
    const silent = { anchors_silent: true };
    const one = await read({ reports: [silent, {}] });
    expect(one).toMatchObject({ state: 'attention', summary: '1 of 2 agents reach no anchor: agent 0' });
    expect(one.rows?.map(({ values }) => values['anchors'])).toEqual(['silent', null]);
    const all = await read({ reports: [silent, silent] });
    expect(all).toMatchObject({ state: 'attention', summary: 'No agent reaches an anchor: agent 0, agent 1' });
    expect(all.advice).toContain('whether the anchors still answer');
    const alone = await read({ reports: [silent] });
    expect(alone.summary).toBe('1 of 1 agent reach no anchor: agent 0');
  });

  it('needs attention when two processes use the key of one agent', async () => {
    expect(await read({ reports: [{}, {}], cloned: true })).toMatchObject({
      state: 'attention',
      summary: 'Two processes use the key of agent 0',
      advice: expect.stringContaining('Evict the agent') as string,
    });
  });

  it('needs attention when one of several agents is lost, and is bad when all are', async () => {
    const gone = { silent_s: 86_400 };
    expect(await read({ reports: [gone, {}] })).toMatchObject({
      state: 'attention',
      summary: '1 of 2 agents lost: agent 0',
    });
    expect(await read({ reports: [gone, gone] })).toMatchObject({
      state: 'bad',
      summary: '2 of 2 agents lost: agent 0, agent 1',
    });
    expect(await read({ reports: [{ silent_s: 20 }, {}] })).toMatchObject({
      state: 'attention',
      summary: '1 of 2 agents late: agent 0, no report for 20 s',
    });
  });

  it('names up to three of the agents that it counts', async () => {
    const summary = async (report: World['reports'][number], count: number) =>
      (await read({ reports: [...Array.from({ length: count }, () => report), {}] })).summary;
    const four = 'agent 0, agent 1, agent 2 and 1 more';
    expect(await summary({ silent_s: 90 }, 4)).toBe(`4 of 5 agents lost: ${four}`);
    expect(await summary({ silent_s: 20 }, 4)).toBe(`4 of 5 agents late: ${four}, no report for 20 s`);
    expect(await summary({ dropped: 7 }, 4)).toBe(`4 of 5 agents dropped results: the spool was full (${four})`);
    expect(await summary({ spool_oldest_s: 90 }, 3)).toBe(
      '3 of 4 agents with a backlog: agent 0, agent 1, agent 2, oldest block 2 min old',
    );
    expect(await summary({ executor_state: 'deaf', executor_detail: 'x' }, 2)).toBe(
      '2 of 3 agents: an executor receives no replies (agent 0, agent 1)',
    );
    expect(await summary({ late_ms: 1_500 }, 1)).toBe('1 of 2 agents: cannot keep the probing rate (agent 0)');
  });

  it('is bad when the spools of all agents are bad, even if everything else is ok', async () => {
    const late = { spool_oldest_s: 900 };
    const full = { spool_bytes: 95 };
    expect(await read({ reports: [late, full] })).toMatchObject({ state: 'bad' });
    expect(await read({ reports: [late, {}] })).toMatchObject({ state: 'attention' });
  });

  it.each([
    ['deaf', 'bad', 'an executor receives no replies'],
    ['unsupported_version', 'bad', 'an executor has a version that cannot be used'],
    ['family_unavailable', 'attention', 'the machine has no socket for IPv4 or IPv6 targets'],
    [
      'source_missing',
      'attention',
      'the machine does not have the source address of a check; only its pings have no data',
    ],
    ['a_state_to_come', 'attention', 'an executor has a fault'],
  ])('names what prevents an agent from probing: %s', async (executor_state, state, cause) => {
    const broken = { executor_state, executor_detail: 'fping receives nothing. Check it.' };
    expect(await read({ reports: [broken] })).toMatchObject({
      state,
      summary: `1 of 1 agent: ${cause} (agent 0)`,
      advice: 'agent 0: fping receives nothing. Check it.',
    });
    expect(await read({ reports: [{}, broken] })).toMatchObject({ state: 'attention' });
  });

  it('reports an agent that cannot keep its probing rate', async () => {
    for (const slow of [{ unmeasured_per_s: 0.1, late_ms: undefined }, { late_ms: 1_500 }]) {
      expect(await read({ reports: [slow, {}] })).toMatchObject({
        state: 'attention',
        summary: `1 of 2 agents: ${slow.late_ms === undefined ? 'probes have no result, and the agent reports no reason' : 'cannot keep the probing rate'} (agent 0)`,
      });
    }
    const older = { unmeasured_per_s: null, late_ms: null };
    expect(await read({ reports: [older] })).toMatchObject({ state: 'ok' });
  });

  it('does not count a report that arrived just now as unread', async () => {
    const reports = [{ silent_s: 86_400 }, {}];
    expect(await read({ reports, bounds: { low: 0, high: 8 } })).toMatchObject({ state: 'attention' });
    // Messages that retention deleted unread do not count as waiting.
    const committedOffsets = [{ partition: 0, next_offset: 2 }];
    expect(await read({ reports, committedOffsets, bounds: { low: 7, high: 7 } })).toMatchObject({
      state: 'attention',
    });
    expect(await read({ reports, committedOffsets })).toMatchObject({
      state: 'unknown',
      summary: 'Unknown: 5 agent reports not consumed yet',
    });
  });

  it('reports why the state of agents is unknown: no projector, or no Kafka', async () => {
    const reports = [{ silent_s: 40 }];
    expect(await read({ reports, isProjectorRunning: false })).toMatchObject({
      state: 'unknown',
      summary: "Unknown: no projector consumes agents' reports",
    });
    expect(await read({ reports, bounds: null })).toMatchObject({
      state: 'unknown',
      summary: 'Unknown: Kafka does not answer',
    });
    expect(await read({ reports: [{}], isProjectorRunning: false, bounds: null })).toMatchObject({ state: 'ok' });
  });
});
