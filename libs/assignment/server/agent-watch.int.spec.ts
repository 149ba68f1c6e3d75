import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentWatch } from './agent-watch';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';

const SHARDS = 2;
const FAST: TierPolicy = BUILT_IN_TIERS.fast;
const KEYS = Array.from({ length: 60 }, (_, at) => at + 1);

/** Agent reports as set by the test, with times of the database's clock. */
class ToldReports extends AgentReports {
  readonly byAgent = new Map<string, AgentReport>();
  unreadCount: number | null = 0;

  override latestReports(): Promise<AgentReport[]> {
    return Promise.resolve([...this.byAgent.values()]);
  }

  override unread(): Promise<number | null> {
    return Promise.resolve(this.unreadCount);
  }
}

describe('the agent watch', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let reports: ToldReports;
  let events: AssignmentEvents;
  let watch: AgentWatch;

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    reports = new ToldReports();
    events = assignmentEvents(database, new AssignmentProjection(SHARDS));
    watch = newWatch();
    await events.happened(events.tierDefined('fast', FAST));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  /** Runs one check of a watch that has just started and may decide immediately. */
  function newWatch(): AgentWatch {
    return new AgentWatch({ database, reports, shardCount: SHARDS, holdDownMaxMs: 300_000, seenMsMin: 0 });
  }

  function heard(agentId: string, agoMs = 0, trouble: string | null = null): void {
    reports.byAgent.set(agentId, { agentId, receivedAtMs: Date.now() - agoMs, trouble });
  }

  /** Shifts all stored times, as if this much time had passed since the decisions. */
  async function earlier(ms: number): Promise<void> {
    await database.execute(`UPDATE assignment_agent_condition SET since = since - $1 * interval '1 millisecond'`, [ms]);
    await database.execute(`UPDATE assignment_watch SET released_at = released_at - $1 * interval '1 millisecond'`, [
      ms,
    ]);
  }

  async function agents(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId());
    await events.happened(...ids.map((id) => events.agentEnrolled(id)));
    for (const id of ids) heard(id);
    await watch.checkAgents();
    return ids;
  }

  async function load(): Promise<Record<string, number>> {
    const rows = await database.query<{ id: string; count: number }>(
      'SELECT agent_id::text AS id, count(*) AS count FROM assignment GROUP BY agent_id',
    );
    return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
  }

  async function conditions(): Promise<string[]> {
    const rows = await database.query<{ text: string }>(
      `SELECT condition || ' ' || held_ms / 1000 AS text FROM assignment_agent_condition ORDER BY id`,
    );
    return rows.map(({ text }) => text);
  }

  it('assigns no target to an agent before its first report while another agent reports, and its share afterwards', async () => {
    const [running] = await agents(1);
    const idle = newId();
    await events.happened(events.agentEnrolled(idle), ...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    expect(await load()).toEqual({ [running]: KEYS.length });
    heard(idle);
    await watch.checkAgents();
    expect((await load())[idle]).toBeGreaterThan(10);
  });

  it('assigns targets to the only agent before its first report', async () => {
    const idle = newId();
    await events.happened(events.agentEnrolled(idle), ...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    expect(await load()).toEqual({ [idle]: KEYS.length });
  });

  it('assigns no new target to a silent agent, and moves its targets after the hold-down', async () => {
    const [lost, ...others] = await agents(3);
    await events.happened(...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    const before = await load();
    heard(lost, 20_000);
    for (const id of others) heard(id);
    await (watch = newWatch()).checkAgents();
    // Registered while the agent was silent: moved immediately.
    expect((await load())[lost]).toBeUndefined();
    await database.execute(`UPDATE assignment_target SET registered_at = now() - interval '1 hour'`);
    await watch.checkAgents();
    heard(lost);
    await (watch = newWatch()).checkAgents();
    await events.happened(events.agentEnrolled(others[0], { tags: { again: 'yes' } }));
    expect(await load()).toEqual(before);
    heard(lost, 20_000);
    for (const id of others) heard(id);
    await (watch = newWatch()).checkAgents();
    await events.happened(...[101, 102, 103, 104, 105, 106].map((key) => events.targetRegistered(key, 'fast')));
    expect((await load())[lost]).toBe(before[lost]);
    await earlier(101_000);
    for (const id of others) heard(id);
    await watch.checkAgents();
    const after = await load();
    expect(after[lost]).toBeUndefined();
    expect(Object.values(after).reduce((sum, count) => sum + count, 0)).toBe(KEYS.length + 6);
    expect((await conditions()).slice(-2)).toEqual(['silent 0', 'silent 100']);
  });

  it("gives back only the agent's former targets, after it was stable", async () => {
    const [lost, ...others] = await agents(3);
    await events.happened(...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    await database.execute(`UPDATE assignment_target SET registered_at = now() - interval '1 hour'`);
    const selected = (): Promise<object[]> =>
      database.query('SELECT key, selected FROM assignment_target ORDER BY key');
    const before = await selected();
    heard(lost, 110_000);
    for (const id of others) heard(id);
    await database.execute(`UPDATE assignment_watch SET released_at = now() - interval '1 hour'`);
    await (watch = newWatch()).checkAgents();
    await watch.checkAgents();
    expect((await load())[lost]).toBeUndefined();
    for (const id of [lost, ...others]) heard(id);
    await watch.checkAgents();
    expect((await load())[lost]).toBeUndefined();
    await earlier(101_000);
    for (const id of [lost, ...others]) heard(id);
    await watch.checkAgents();
    expect(await selected()).toEqual(before);
    expect((await conditions()).slice(-4)).toEqual(['silent 0', 'silent 100', 'returning 100', 'ok 0']);
  });

  it('moves nothing while most agents are silent at the same time, and stores the reason', async () => {
    const ids = await agents(3);
    await events.happened(...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    await database.execute(`UPDATE assignment_target SET registered_at = now() - interval '1 hour'`);
    const before = await load();
    for (const id of ids) heard(id, 600_000);
    await database.execute(`UPDATE assignment_watch SET released_at = now() - interval '1 hour'`);
    await (watch = newWatch()).checkAgents();
    await watch.checkAgents();
    await earlier(3_600_000);
    await watch.checkAgents();
    expect(await load()).toEqual(before);
    const [{ holding }] = await database.query<{ holding: string }>('SELECT holding FROM assignment_watch');
    expect(holding).toContain('3 of 3 agents send no reports');
    expect((await conditions()).slice(-3)).toEqual(['silent 0', 'silent 0', 'silent 0']);
  });

  it('moves nothing while reports are unread or Kafka does not answer', async () => {
    const [lost, ...others] = await agents(3);
    for (const unread of [12, null]) {
      reports.unreadCount = unread;
      heard(lost, 600_000);
      for (const id of others) heard(id);
      await (watch = newWatch()).checkAgents();
      await earlier(3_600_000);
      for (const id of others) heard(id);
      await watch.checkAgents();
      expect((await conditions()).slice(-1)).toEqual(['silent 0']);
    }
  });

  it('counts no hold-down for the time when no watch ran', async () => {
    const [lost, ...others] = await agents(3);
    heard(lost, 600_000);
    for (const id of others) heard(id);
    await database.execute(
      `UPDATE assignment_watch SET looked_at = now() - interval '10 minutes', released_at = 'epoch'`,
    );
    await (watch = newWatch()).checkAgents();
    await watch.checkAgents();
    expect((await conditions()).slice(-1)).toEqual(['silent 0']);
  });

  it('publishes to the shards that no results are expected from an agent', async () => {
    const [agent] = await agents(1);
    heard(agent, 0, 'executor icmp_ping is deaf: no replies');
    await watch.checkAgents();
    const [{ fact }] = await database.query<{ fact: object }>(
      `SELECT fact FROM shard_feed WHERE subject = $1 ORDER BY position DESC LIMIT 1`,
      [`agent:${agent}`],
    );
    expect(fact).toMatchObject({ kind: 'agent', agentId: agent, state: 'active', condition: 'unable' });
  });

  it('does not select agents that are draining, retired, evicted or banned while another is ready', async () => {
    const ids = await agents(4);
    await events.happened(...KEYS.map((key) => events.targetRegistered(key, 'fast')));
    const [stays, drains, retires, banned] = ids;
    await events.happened(
      events.agentChanged('drain-started', drains, { thenRetire: false }),
      events.agentChanged('retired', retires),
      events.agentChanged('banned', banned),
    );
    expect(await load()).toEqual({ [stays]: KEYS.length });
    await events.happened(events.agentChanged('evicted', stays));
    expect(await load()).toEqual({ [drains]: KEYS.length });
    await events.happened(events.agentChanged('retired', drains));
    expect(await load()).toEqual({});
    await events.happened(events.agentEnrolled(stays));
    expect(await load()).toEqual({ [stays]: KEYS.length });
  });
});
