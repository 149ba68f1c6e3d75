import type { TierPreview, TierPreviewRequest } from '@icmp-mon/assignment/contract';
import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents } from '../assignment-events.test-data';
import { AssignmentProjection } from '../assignment.projection';
import { ListPlacementHandler } from '../list-placement';
import { ReadTierPreview, ReadTierPreviewHandler } from './read-tier-preview';

const KEYS = Array.from({ length: 60 }, (_, at) => at + 1);
const { standard, fast } = BUILT_IN_TIERS;
const policyOf = (change: Partial<TierPolicy['agentSelection']>, probeIntervalMs = 15_000): TierPolicy => ({
  ...standard,
  probeIntervalMs,
  agentSelection: { ...standard.agentSelection, ...change },
});

describe('the preview of a tier', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let events: AssignmentEvents;
  const [first, second, third] = ['1', '2', '3'].map((digit) => `0193a0c0-0000-7000-8000-00000000000${digit}`);

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    events = assignmentEvents(database, new AssignmentProjection(2));
    await events.happened(
      events.tierDefined('standard', standard),
      events.tierDefined('fast', fast),
      events.agentEnrolled(first, { name: 'fra-1', region: 'eu', capacityPps: 3 }),
      events.agentEnrolled(second, { name: 'nyc-1', region: 'us' }),
      events.agentEnrolled(third, { name: 'fra-2', region: 'eu' }),
      ...KEYS.map((key) => events.targetRegistered(key)),
    );
    await database.execute(
      `INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, cause)
       SELECT id, 'ok', now(), 0, 'test' FROM assignment_agent`,
    );
    // The agents are ready now; an unchanged policy is evaluated again.
    await events.happened(events.tierDefined('standard', policyOf({})));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  const preview = (request: TierPreviewRequest | undefined, tier = 'standard'): Promise<TierPreview> =>
    new ReadTierPreviewHandler(database).execute(new ReadTierPreview(tier, request));
  const selections = (): Promise<{ key: number; selected: string }[]> =>
    database.query('SELECT key, selected::text FROM assignment_target ORDER BY key');

  it('shows what then happens: moved targets, and the load of each agent within its capacity', async () => {
    const policy = policyOf({ count: 2, diversity: { minRegions: 2, minProviders: 1 } }, 5_000);
    const before = await selections();
    const shown = await preview(policy);
    expect(await selections()).toEqual(before);
    await events.happened(events.tierDefined('standard', policy));
    const after = await selections();
    expect(shown.targets).toBe(KEYS.length);
    expect(shown.moved).toBe(after.filter(({ selected }, at) => selected !== before[at].selected).length);
    for (const { id, targetsAfter, ppsAfter, capacityPps } of shown.agents) {
      expect(targetsAfter).toBe(after.filter(({ selected }) => selected.includes(id)).length);
      expect(ppsAfter).toBeCloseTo(targetsAfter / 5);
      if (id === first) expect(capacityPps).toBe(3);
    }
    expect(shown.agents.find(({ id }) => id === first)?.ppsAfter).toBeLessThanOrEqual(3);
    expect(shown.sentences).toContain(`${shown.moved} targets would get other agents.`);
  });

  it('shows what then happens while an agent is lost that another tier does not select', async () => {
    await events.happened(
      events.tierDefined('fast', { ...fast, agentSelection: { ...fast.agentSelection, regions: ['eu'] } }),
      ...KEYS.slice(0, 8).map((key) => events.targetRegistered(key + 100, 'fast')),
      ...[second, third].map((id) => {
        const described = { name: id.slice(-8), region: 'us', provider: 'p', tags: {}, capacityPps: 9 };
        return events.agentChanged('described', id, described);
      }),
    );
    await database.execute(
      `INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, cause)
       VALUES ($1, 'silent', now(), 3600000, 'test')`,
      [second],
    );
    await events.happened(events.tierDefined('standard', policyOf({}, 14_000)));
    const before = await selections();
    const policy = policyOf({}, 8_000);
    const shown = await preview(policy);
    await events.happened(events.tierDefined('standard', policy));
    const after = await selections();
    expect(shown.moved).toBe(after.filter(({ selected }, at) => selected !== before[at].selected).length);
    expect(shown.moved).toBeGreaterThan(0);
    for (const { id, targetsAfter } of shown.agents) {
      expect(targetsAfter).toBe(after.filter(({ selected }) => selected.includes(id)).length);
    }
  });

  it('states how many targets could not be placed as asked, and why', async () => {
    const policy = policyOf({ count: 3, diversity: { minRegions: 3, minProviders: 1 } }, 60_000);
    const { unplaced, sentences } = await preview(policy);
    expect(unplaced).toMatchObject([{ reason: 'too_few_regions', count: KEYS.length }]);
    expect(unplaced[0].sample).toHaveLength(10);
    expect(unplaced[0].sample[0]).toMatchObject({ ip: '127.0.0.1', vrf: 'default' });
    expect(sentences[0]).toBe(
      '60 targets cannot meet minRegions = 3, because only 2 of its regions have an agent that is ready and may probe them.',
    );
    await events.happened(events.tierDefined('standard', policy));
    expect(await new ListPlacementHandler(database).execute()).toMatchObject({
      items: [{ tier: 'standard', reason: 'too_few_regions', count: KEYS.length }],
    });
  });

  it('shows the removal of a tier, and a tier that does not exist yet', async () => {
    const removal = await preview({ successor: 'fast' });
    expect(removal).toMatchObject({ targets: KEYS.length, unplaced: [] });
    expect(removal.agents.reduce((sum, { ppsAfter }) => sum + ppsAfter, 0)).toBeCloseTo(KEYS.length / 5);
    expect(await preview(policyOf({ count: 2 }), 'gold')).toMatchObject({ targets: 0, moved: 0, unplaced: [] });
  });

  it('refuses a policy with faults and a successor that is not another tier', async () => {
    for (const request of [
      { ...standard, probeIntervalMs: 1 },
      { successor: 'standard' },
      { successor: 'x' },
      undefined,
    ]) {
      await expect(preview(request)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});
