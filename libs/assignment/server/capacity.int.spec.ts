import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { StoredAssignments } from './stored-assignments';

const SHARDS = 2;
const KEYS = Array.from({ length: 40 }, (_, at) => at + 1);
/** One packet per second carries this many targets at 15 s. */
const PER_PPS = 15;

describe('agents of limited capacity', () => {
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

  const enrolled = (id: string, capacityPps: number | null, change = {}): Promise<void> =>
    events.happened(events.agentEnrolled(id, { capacityPps, ...change }));

  async function registerAll(): Promise<void> {
    await events.happened(...KEYS.map((key) => events.targetRegistered(key)));
  }

  async function loads(): Promise<Record<string, number>> {
    const rows = await database.query<{ id: string; targets: number; counted: number }>(
      `SELECT agent_id::text AS id, count(*) AS targets, max(l.targets) AS counted
       FROM assignment LEFT JOIN assignment_load l USING (agent_id, tier) GROUP BY agent_id`,
    );
    // The count that triggers maintain is the number of pairs.
    expect(rows.map(({ counted }) => counted)).toEqual(rows.map(({ targets }) => targets));
    return Object.fromEntries(rows.map(({ id, targets }) => [id, targets]));
  }

  const shortfalls = (): Promise<object[]> =>
    database.query(
      `SELECT shortfall AS reason, wanted, placed, count(*) AS count FROM assignment_target
       WHERE shortfall IS NOT NULL GROUP BY shortfall, wanted, placed`,
    );

  it('get no more targets than they can carry, in any order of their arrival; the others state the reason', async () => {
    await enrolled(first, 1);
    await enrolled(second, 1);
    await registerAll();
    expect(await loads()).toEqual({ [first]: PER_PPS, [second]: PER_PPS });
    expect(await shortfalls()).toEqual([{ reason: 'capacity', wanted: 1, placed: 0, count: 10 }]);
    const together = await database.query('SELECT key, selected FROM assignment_target ORDER BY key');
    await events.happened(...KEYS.map((key) => events.targetRemoved(key)));
    for (const key of [...KEYS].reverse()) await events.happened(events.targetRegistered(key));
    expect(await database.query('SELECT key, selected FROM assignment_target ORDER BY key')).toEqual(together);
  });

  it('pass the rest to agents with room, and take targets when some were removed or the capacity grew', async () => {
    await enrolled(first, 1);
    await registerAll();
    expect(await loads()).toEqual({ [first]: PER_PPS });
    await enrolled(second, null);
    const shared = await loads();
    expect((shared[first] ?? 0) + (shared[second] ?? 0)).toBe(KEYS.length);
    expect(await shortfalls()).toEqual([]);
    await events.happened(events.agentChanged('retired', second));
    expect(await loads()).toEqual({ [first]: PER_PPS });
    const [{ keys }] = await database.query<{ keys: number[] }>(
      'SELECT array_agg(target_key::integer) AS keys FROM assignment WHERE agent_id = $1',
      [first],
    );
    await events.happened(...keys.slice(0, 5).map((key) => events.targetRemoved(key)));
    expect(await loads()).toEqual({ [first]: PER_PPS });
    await enrolled(first, 2);
    expect(await loads()).toEqual({ [first]: 2 * PER_PPS });
  });

  it('shed targets when an operator lowers the capacity, and get them back when it is raised', async () => {
    await enrolled(first, null);
    await registerAll();
    const described = (more: object): Promise<void> =>
      events.happened(events.agentChanged('described', first, { provider: 'p', tags: {}, ...more }));
    expect(await loads()).toEqual({ [first]: KEYS.length });
    await described({ capacityPps: 1 });
    expect(await loads()).toEqual({ [first]: PER_PPS });
    expect(await shortfalls()).toEqual([{ reason: 'capacity', wanted: 1, placed: 0, count: KEYS.length - PER_PPS }]);
    // An event of an earlier release does not name the capacity.
    await described({});
    expect(await loads()).toEqual({ [first]: PER_PPS });
    const directory = new StoredAssignments(database);
    expect((await directory.byAgent()).get(first)).toEqual({
      ...{ assigned: PER_PPS, refused: 0, capacityPps: 1, outdated: null },
      assignedPps: expect.closeTo(1, 6) as number,
    });
    await described({ capacityPps: 2 });
    expect(await loads()).toEqual({ [first]: 2 * PER_PPS });
    await described({ capacityPps: null });
    expect(await loads()).toEqual({ [first]: KEYS.length });
    expect(await shortfalls()).toEqual([]);
  });

  it('are limited by the lower of the operator’s capacity and the policy file’s', async () => {
    await enrolled(first, 2);
    await database.execute(
      `INSERT INTO assignment_agent_policy (agent_id, digest, policy, reported_at, refused_keys)
       VALUES ($1, 'd', '{"allow": null, "deny": [], "stopped": false, "packetsPerSecond": 1}', now(), '{}')`,
      [first],
    );
    await registerAll();
    expect(await loads()).toEqual({ [first]: PER_PPS });
    expect((await new StoredAssignments(database).byAgent()).get(first)).toMatchObject({ capacityPps: 1 });
  });

  it('follow a change of name and region by an operator', async () => {
    await enrolled(first, null);
    const { agentSelection } = BUILT_IN_TIERS.standard;
    await events.happened(
      events.tierDefined('standard', {
        ...BUILT_IN_TIERS.standard,
        agentSelection: { ...agentSelection, regions: ['us'] },
      }),
    );
    await registerAll();
    expect(await loads()).toEqual({});
    const described = { name: 'nyc-1', region: 'us', provider: 'p', tags: {}, capacityPps: null };
    await events.happened(events.agentChanged('described', first, described));
    expect(await loads()).toEqual({ [first]: KEYS.length });
    expect(await database.query('SELECT name, region FROM assignment_agent')).toEqual([
      { name: 'nyc-1', region: 'us' },
    ]);
    // Without a stored enrolment, the properties are incomplete.
    await events.happened(events.agentChanged('described', second, described));
    expect(await database.query('SELECT name FROM assignment_agent')).toHaveLength(1);
  });

  it('shed targets when their tier is probed more often', async () => {
    await enrolled(first, 3);
    await registerAll();
    expect(await loads()).toEqual({ [first]: KEYS.length });
    const faster: TierPolicy = { ...BUILT_IN_TIERS.standard, probeIntervalMs: 5_000 };
    await events.happened(events.tierDefined('standard', faster));
    expect(await loads()).toEqual({ [first]: PER_PPS });
    await events.happened(events.tierDefined('standard', BUILT_IN_TIERS.standard));
    expect(await loads()).toEqual({ [first]: KEYS.length });
  });

  it('are selected in different regions and providers; a target states why it is not', async () => {
    const { agentSelection } = BUILT_IN_TIERS.standard;
    const diverse: TierPolicy = {
      ...BUILT_IN_TIERS.standard,
      agentSelection: { ...agentSelection, count: 2, diversity: { minRegions: 2, minProviders: 2 } },
    };
    await events.happened(events.tierDefined('standard', diverse));
    await registerAll();
    expect(await shortfalls()).toEqual([{ reason: 'no_agents', wanted: 2, placed: 0, count: KEYS.length }]);
    await enrolled(first, null, { region: 'eu', provider: 'p' });
    expect(await shortfalls()).toEqual([{ reason: 'too_few_agents', wanted: 2, placed: 1, count: KEYS.length }]);
    await enrolled(second, null, { region: 'us', provider: 'p' });
    expect(await shortfalls()).toEqual([{ reason: 'too_few_providers', wanted: 2, placed: 1, count: KEYS.length }]);
    await enrolled(third, null, { region: 'eu', provider: 'q' });
    expect(await shortfalls()).toEqual([]);
    // Only second and third are in different regions and of different providers.
    expect(await loads()).toEqual({ [second]: KEYS.length, [third]: KEYS.length });
  });
});
