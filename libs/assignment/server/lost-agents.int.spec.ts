import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { TargetEvaluation } from './evaluate-targets';

const SHARDS = 2;
const KEYS = Array.from({ length: 40 }, (_, at) => at + 1);
/** One packet per second carries this many targets at 15 s. */
const PER_PPS = 15;

describe('agents of limited capacity, when another one is lost,', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let events: AssignmentEvents;
  const [first, second, third] = [newId(), newId(), newId()];

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    events = assignmentEvents(database, new AssignmentProjection(SHARDS));
    await events.happened(events.tierDefined('standard', BUILT_IN_TIERS.standard));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  it('take its targets if they have room, and not where these would displace others; the targets return', async () => {
    await ready({ [first]: 4, [second]: 4, [third]: 4 });
    // The first agent became full before.
    await database.execute(
      'INSERT INTO assignment_admission (agent_id, threshold, kept_pps, capacity_pps) VALUES ($1, $2, 0, 4)',
      [first, 2 ** 31],
    );
    await events.happened(...KEYS.map((key) => events.targetRegistered(key)));
    const before = await selections();
    await decided(third, 'silent', 3_600_000);
    await evaluated([third]);
    const moved = before.map(({ key, selected }) => ({ key, selected: selected[0] === third ? [second] : selected }));
    expect(await selections()).toEqual(moved);
    await decided(third, 'ok', 0);
    await evaluated();
    expect(await selections()).toEqual(before);
  });

  it('close to its targets rather than be above their capacity, and open when it is back', async () => {
    const capacities = { [first]: 1, [second]: 2, [third]: 2 };
    await ready(capacities);
    await events.happened(...KEYS.map((key) => events.targetRegistered(key)));
    await decided(third, 'silent', 3_600_000);
    await evaluated([third]);
    const carried = await loads();
    expect(carried[third]).toBeUndefined();
    expect(carried[first]).toBeLessThanOrEqual(PER_PPS);
    expect(carried[second]).toBeLessThanOrEqual(2 * PER_PPS);
    expect((carried[first] ?? 0) + (carried[second] ?? 0)).toBe(KEYS.length);
    const closed = (): Promise<object[]> =>
      database.query('SELECT agent_id FROM assignment_admission WHERE threshold = 1');
    await database.execute(
      'INSERT INTO assignment_admission (agent_id, threshold, kept_pps, capacity_pps) VALUES ($1, 1, 0, 1) ON CONFLICT (agent_id) DO UPDATE SET threshold = 1',
      [first],
    );
    expect(await closed()).not.toEqual([]);
    await decided(third, 'ok', 0);
    await evaluated();
    expect(await closed()).toEqual([]);
  });

  async function loads(): Promise<Record<string, number>> {
    const rows = await database.query<{ id: string; targets: number }>(
      'SELECT agent_id::text AS id, count(*) AS targets FROM assignment GROUP BY agent_id',
    );
    return Object.fromEntries(rows.map(({ id, targets }) => [id, targets]));
  }

  /** Enrols agents with these capacities, which report. */
  async function ready(capacities: Record<string, number>): Promise<void> {
    for (const [id, capacityPps] of Object.entries(capacities)) {
      await events.happened(events.agentEnrolled(id, { capacityPps }));
      await decided(id, 'ok', 0);
    }
  }

  const selections = (): Promise<{ key: number; selected: string[] }[]> =>
    database.query('SELECT key, selected::text[] AS selected FROM assignment_target ORDER BY key');

  async function decided(agentId: string, condition: string, heldMs: number): Promise<void> {
    await database.execute(
      `INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, cause) VALUES ($1, $2, now(), $3, 'test')`,
      [agentId, condition, heldMs],
    );
  }

  /** Evaluates the targets of these agents, or all targets. */
  function evaluated(ofAgents: readonly string[] = []): Promise<void> {
    return database.transaction(async (sql) => {
      const evaluation = await TargetEvaluation.beginEvaluation(sql, SHARDS);
      await (ofAgents.length > 0 ? evaluation.evaluateOfAgents(ofAgents) : evaluation.evaluateAll());
      await evaluation.settleCapacity();
    });
  }
});
