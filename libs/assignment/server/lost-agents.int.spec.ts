import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { TargetEvaluation } from './evaluate-targets';

const SHARDS = 2;
const KEYS = Array.from({ length: 40 }, (_, at) => at + 1);
/** Keys of the targets of the fast tier follow. */
const FAST_FROM = 100;
/** One packet per second carries this many targets at 15 s. */
const PER_PPS = 15;

describe('agents of limited capacity, when another one is lost,', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let events: AssignmentEvents;
  const [first, second, third] = ['1', '2', '3'].map((digit) => `0193a0c0-0000-7000-8000-00000000000${digit}`);

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
    // Agents that are only outdated do not keep it closed.
    await database.execute(
      `INSERT INTO assignment_agent_outdated (agent_id, version, version_min) VALUES ($1, '0.1.0', '0.2.0')`,
      [second],
    );
    await evaluated([first]);
    expect(await closed()).not.toEqual([]);
    await decided(third, 'ok', 0);
    await evaluated();
    expect(await closed()).toEqual([]);
  });

  it('get nothing that they had shed while they are silent or drain, also when thresholds are decided again', async () => {
    await events.happened(events.tierDefined('fast', BUILT_IN_TIERS.fast));
    await ready({ [first]: 8, [second]: 8, [third]: 8 });
    await database.execute(
      'INSERT INTO assignment_admission (agent_id, threshold, kept_pps, capacity_pps) VALUES ($1, $3, 0, 8), ($2, $3, 0, 8)',
      [first, second, 2 ** 31],
    );
    await events.happened(
      ...KEYS.map((key) => events.targetRegistered(key)),
      ...KEYS.map((key) => events.targetRegistered(key + FAST_FROM, 'fast')),
    );
    await database.execute(
      `UPDATE assignment_admission AS a SET kept_pps =
         (SELECT sum(targets / CASE tier WHEN 'fast' THEN 5.0 ELSE 15.0 END) FROM assignment_load l WHERE l.agent_id = a.agent_id)`,
    );
    const before = await selections();
    // The hold-down of the fast tier has ended, that of the other one has not.
    const loseInFast = async (): Promise<void> => {
      await decided(first, 'silent', 100_000);
      await evaluated([first]);
    };
    await loseInFast();
    const slow = keysOfFirst(before).filter((key) => key < FAST_FROM);
    expect(keysOfFirst(await selections())).toEqual(slow);
    expect(await thresholds()).toEqual({ [first]: 2 ** 31, [second]: 2 ** 31 });
    await decided(first, 'ok', 0);
    await evaluated();
    expect(await selections()).toEqual(before);
    await loseInFast();
    await events.happened(events.agentChanged('described', second, { provider: 'p', tags: {}, capacityPps: 16 }));
    expect(keysOfFirst(await selections()).filter((key) => !slow.includes(key))).toEqual([]);
    expect(await thresholds()).toEqual({ [first]: 2 ** 31 });
    await events.happened(events.agentChanged('drain-started', first, { thenRetire: false }));
    await decided(first, 'silent', 0);
    await evaluated();
    expect(keysOfFirst(await selections())).toEqual([]);
    expect(await thresholds()).toEqual({ [first]: 2 ** 31 });
  });

  const keysOfFirst = (rows: readonly { key: number; selected: string[] }[]): number[] =>
    rows.filter(({ selected }) => selected.includes(first)).map(({ key }) => key);

  async function thresholds(): Promise<Record<string, number>> {
    const rows = await database.query<{ id: string; threshold: number }>(
      'SELECT agent_id::text AS id, threshold::float8 AS threshold FROM assignment_admission',
    );
    return Object.fromEntries(rows.map(({ id, threshold }) => [id, threshold]));
  }

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
