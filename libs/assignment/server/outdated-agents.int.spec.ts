import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentWatch } from './agent-watch';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { movedTargets } from './assignment-metrics';
import { AssignmentProjection } from './assignment.projection';
import { TargetEvaluation } from './evaluate-targets';
import { outdatedAgents } from './outdated-agents';
import { StoredAssignments } from './stored-assignments';

const SHARDS = 2;
const keys = (from: number): number[] => Array.from({ length: 30 }, (_, at) => from + at);

describe('agents below the minimum version', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let events: AssignmentEvents;
  const [old, current] = [newId(), newId()];
  const versions = new Map<string, string>();

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    events = assignmentEvents(database, new AssignmentProjection(SHARDS));
    versions.set(old, '0.1.0').set(current, '0.2.0');
    await events.happened(
      events.tierDefined('standard', BUILT_IN_TIERS.standard),
      ...[old, current].map((id) => events.agentEnrolled(id)),
    );
    await check(undefined);
    await events.happened(...keys(1).map((key) => events.targetRegistered(key)));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  /** Runs one check of a worker with this minimum; all agents report now. */
  async function check(agentVersionMin: string | undefined): Promise<void> {
    const reports = new FreshReports(versions);
    const options = { database, reports, shardCount: SHARDS, holdDownMaxMs: 300_000, seenMsMin: 0 };
    await new AgentWatch({ ...options, agentVersionMin }).checkAgents();
  }

  async function loads(): Promise<Record<string, number>> {
    const rows = await database.query<{ id: string; count: number }>(
      'SELECT agent_id::text AS id, count(*) AS count FROM assignment GROUP BY agent_id',
    );
    return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
  }

  async function movedByVersion(): Promise<number> {
    const { values } = await movedTargets.get();
    return values.find(({ labels }) => labels.cause === 'version')?.value ?? 0;
  }

  it('keep their targets, and get no new ones while another agent is ready, until they are upgraded', async () => {
    const before = await loads();
    expect(before[old]).toBeGreaterThan(0);
    await check('0.2.0');
    const outdated = { since: expect.any(String) as string, versionMin: '0.2.0' };
    const listed = await new StoredAssignments(database).byAgent();
    expect([old, current].map((id) => listed.get(id)?.outdated)).toEqual([outdated, null]);
    await events.happened(...keys(101).map((key) => events.targetRegistered(key)));
    expect(await loads()).toEqual({ [old]: before[old], [current]: (before[current] ?? 0) + 30 });
    versions.set(old, '0.2.0');
    const movedBefore = await movedByVersion();
    await check('0.2.0');
    const returned = (await loads())[old] - before[old];
    expect(returned).toBeGreaterThan(0);
    expect((await movedByVersion()) - movedBefore).toBe(returned);
    expect((await new StoredAssignments(database).byAgent()).get(old)?.outdated).toBeNull();
  });

  it('get new targets where no other agent is ready, and without a minimum', async () => {
    await check('0.3.0');
    await events.happened(...keys(101).map((key) => events.targetRegistered(key)));
    const both = await loads();
    expect((both[old] ?? 0) + (both[current] ?? 0)).toBe(60);
    await check(undefined);
    expect(await database.query('SELECT agent_id FROM assignment_agent_outdated')).toEqual([]);
  });

  it('take the new targets of a lost agent when all agents are outdated', async () => {
    await check('0.3.0');
    await events.happened(...keys(101).map((key) => events.targetRegistered(key)));
    expect((await loads())[current]).toBeGreaterThan(0);
    await lose(current);
    expect(await loads()).toEqual({ [old]: 60 });
    expect(await database.query('SELECT key FROM assignment_target WHERE shortfall IS NOT NULL')).toEqual([]);
  });

  it('take the new targets of a draining agent when all agents are outdated', async () => {
    await check('0.3.0');
    await events.happened(...keys(101).map((key) => events.targetRegistered(key)));
    expect((await loads())[current]).toBeGreaterThan(0);
    await events.happened(events.agentChanged('drain-started', current, { thenRetire: false }));
    expect(await loads()).toEqual({ [old]: 60 });
  });

  /** Decides that the hold-down of an agent ended in all tiers. */
  async function lose(agentId: string): Promise<void> {
    await database.execute(
      `INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, cause)
       VALUES ($1, 'silent', now(), 3600000, 'test')`,
      [agentId],
    );
    await database.transaction(async (sql) => {
      const evaluation = await TargetEvaluation.beginEvaluation(sql, SHARDS);
      await evaluation.evaluateOfAgents([agentId]);
      await evaluation.settleCapacity();
    });
  }

  it('stay outdated since the same time while the minimum rises, and while they do not report', async () => {
    await check('0.2.0');
    const since = () => database.query('SELECT since FROM assignment_agent_outdated WHERE agent_id = $1', [old]);
    const first = await since();
    await check('0.2.1');
    expect(await since()).toEqual(first);
    const stored = [{ agentId: old, version: '0.1.0', versionMin: '0.2.0' }];
    expect(outdatedAgents([], stored, '0.2.0')).toEqual(stored);
    expect(outdatedAgents([{ agentId: old }], stored, '0.2.0')).toEqual(stored);
    expect(outdatedAgents([{ agentId: current }], [], '0.2.0')).toEqual([]);
  });
});

/** Reports of this moment, one per agent. */
class FreshReports extends AgentReports {
  constructor(private readonly versions: ReadonlyMap<string, string>) {
    super();
  }

  override latestReports(): Promise<AgentReport[]> {
    const receivedAtMs = Date.now();
    return Promise.resolve(
      [...this.versions].map(([agentId, version]) => ({ agentId, version, receivedAtMs, trouble: null })),
    );
  }

  override unread(): Promise<number> {
    return Promise.resolve(0);
  }
}
