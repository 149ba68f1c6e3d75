import { AgentHealthProjection } from '@icmp-mon/agents/server';
import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import {
  AgentPoliciesProjection,
  AgentWatch,
  ASSIGNMENT_GROUP,
  ASSIGNMENT_TOPICS,
  AssignmentProjection,
} from '@icmp-mon/assignment/server';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, cloudEventType, Messaging } from '@icmp-mon/platform/messaging';
import { rebuild, type RebuildOutcome } from '@icmp-mon/platform/rebuild';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugContexts, type PluggedContexts } from './contexts';

const SHARDS = 2;
const AGENTS = [newId(), newId(), newId()];
const TARGETS = 60;
/** Every tenth target is paused: no agent probes it. */
const PROBED = 54;

class Heard extends AgentReports {
  constructor(private readonly agentIds: readonly string[]) {
    super();
  }

  override latestReports(): Promise<AgentReport[]> {
    const receivedAtMs = Date.now();
    return Promise.resolve(this.agentIds.map((agentId) => ({ agentId, receivedAtMs, trouble: null })));
  }

  override unread(): Promise<number | null> {
    return Promise.resolve(0);
  }
}

describe('rebuilding read models of consumer groups', () => {
  const { kafkaBrokers: brokers } = testServices();
  const topicPrefix = testTopicPrefix();
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  let models: PluggedContexts['models'];
  let position = 0;

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    messaging = new Messaging({ brokers, topicPrefix, clientId: 'rebuild-test' });
    await messaging.ensureTopics({ shardCount: SHARDS });
    ({ models } = await plugContexts({ control, telemetry, messaging, config: { shardCount: SHARDS } }));
    const assignment = new AssignmentProjection(SHARDS);
    const health = new AgentHealthProjection();
    await messaging.consumeGroup({
      ...{ group: ASSIGNMENT_GROUP, topics: ASSIGNMENT_TOPICS, database: control },
      handle: (sql, messages) => assignment.handle(sql, messages),
    });
    await messaging.consumeGroup({
      ...{ group: AgentHealthProjection.group, topics: AgentHealthProjection.topics, database: telemetry },
      handle: (sql, messages) => health.handle(sql, messages),
    });
    await send('public.tiers.v1', 'tier', 'TierDefined', 'fast', {
      name: 'fast',
      builtIn: true,
      policy: BUILT_IN_TIERS.fast,
    });
    for (const [at, agentId] of AGENTS.entries()) await enrol(agentId, `agent-${at}`);
    for (let key = 1; key <= TARGETS; key++) await register(key);
    await eventually(async () => expect(await pairs()).toBe(PROBED), { withinMs: 60_000 });
  });

  afterAll(async () => {
    await messaging.close();
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  function send(topic: string, entity: string, type: string, key: string, data: object): Promise<void> {
    const event = { id: newId(), type: cloudEventType(entity, type), time: new Date().toISOString(), data, key };
    return messaging.sendMessages(topic, [cloudEvent({ ...event, position: ++position })]);
  }

  const enrol = (agentId: string, name: string): Promise<void> =>
    send('public.agents.v1', 'agent', 'AgentEnrolled', agentId, {
      ...{ agentId, name, region: 'r', provider: 'p', tags: {}, capacityPps: null },
      ...{ certificateSha256: 'ab'.repeat(32), notAfter: new Date().toISOString() },
    });

  const register = (key: number): Promise<void> => {
    const targetId = newId();
    const target = { targetId, key, ip: `10.1.0.${key}`, vrf: 'default', name: null, tags: {}, tier: 'fast' };
    const paused = key % 10 === 0;
    return send('public.targets.v1', 'target', 'TargetRegistered', targetId, { ...target, paused });
  };

  const pairs = async (): Promise<number> => {
    const [row] = await control.query<{ count: number }>('SELECT count(*) AS count FROM assignment');
    return row.count;
  };

  function run(name: string, replace = false): Promise<RebuildOutcome> {
    const { database, model } = models.get(name);
    return rebuild(model, { database, replace, report: () => undefined });
  }

  it('finds assignments equal, and evaluates different ones again', async () => {
    expect((await run('assignment')).differences).toEqual([]);
    const before = await control.query('SELECT agent_id, target_key FROM assignment ORDER BY 1, 2');
    await control.execute('DELETE FROM assignment WHERE target_key = 7');
    await control.execute(`UPDATE assignment_target SET selected = '{}' WHERE key = 8`);
    const [{ last }] = await control.query<{ last: number }>('SELECT max(position) AS last FROM shard_feed');
    const told = await run('assignment', true);
    expect(told).toMatchObject({ replaced: true });
    expect(told.differences.map(({ table }) => table)).toEqual(['assignment_target', 'assignment']);
    expect(await control.query('SELECT agent_id, target_key FROM assignment ORDER BY 1, 2')).toEqual(before);
    const facts = await control.query('SELECT subject FROM shard_feed WHERE position > $1 ORDER BY subject', [last]);
    expect(facts).toEqual([{ subject: 'target:7' }, { subject: 'target:8' }]);
    expect((await run('assignment')).differences).toEqual([]);
  });

  it('computes the same assignments as the agent watch and the reported policies', async () => {
    const [lost, refuses, open] = AGENTS;
    const policies = new AgentPoliciesProjection(SHARDS);
    const report = { allow: ['192.0.2.0/24'], deny: [], stopped: false, packetsPerSecond: 1, refusedKeys: [] };
    const value = Buffer.from(JSON.stringify({ agentId: refuses, reportedAt: new Date().toISOString(), report }));
    const message = { topic: 't', partition: 0, offset: 0, key: refuses, headers: {}, timestampMs: 0, value };
    await control.transaction((sql) => policies.handle(sql, [message]));
    const watch = new AgentWatch({
      ...{ database: control, shardCount: SHARDS, holdDownMaxMs: 30_000, seenMsMin: 0 },
      reports: new Heard(AGENTS.filter((agentId) => agentId !== lost)),
    });
    for (let look = 0; look < 2; look++) await watch.checkAgents();
    expect(await control.query('SELECT DISTINCT agent_id::text AS id FROM assignment')).toEqual([{ id: open }]);
    expect((await run('assignment')).differences).toEqual([]);
    await control.execute(`UPDATE assignment_target SET refused_by = '{}' WHERE key = 9`);
    await control.execute(`UPDATE assignment_target SET selected = ARRAY[$1]::uuid[] WHERE key = 8`, [lost]);
    const { differences } = await run('assignment', true);
    expect(differences[0]).toMatchObject({ table: 'assignment_target', changed: expect.any(Number) });
    expect((await run('assignment')).differences).toEqual([]);
  });

  it('finds the health of agents equal, and repairs it without writing metrics twice', async () => {
    const numbers = [
      ...[
        'assignmentVersion',
        'targets',
        'probesPerS',
        'resultsPerS',
        'cpuCores',
        'executorCpuCores',
        'rssBytes',
        'spoolBytes',
      ],
      ...['spoolOldestS', 'spoolQuarantined', 'droppedResults', 'notSentPerS', 'clockOffsetMs', 'policyRefusedTargets'],
    ];
    const at0 = new Date(Date.UTC(2026, 0, 1)).toISOString();
    const telemetryOf = (spoolBlocks: number): object => ({
      ...Object.fromEntries(numbers.map((name) => [name, 0])),
      ...{ spoolBlocks, at: at0, startedAt: at0, agentVersion: '1', executors: [] },
    });
    const report = (agentId: string, at: number, receivedMs = Date.UTC(2026, 0, 1) + at * 1_000): Promise<void> => {
      const value = { agentId, receivedAt: new Date(receivedMs).toISOString(), telemetry: telemetryOf(at) };
      return messaging.sendMessages(AgentHealthProjection.topics[0], [
        { key: agentId, value: Buffer.from(JSON.stringify(value)) },
      ]);
    };
    for (let at = 1; at <= 20; at++) await report(AGENTS[at % 2], at);
    await eventually(async () => expect(await telemetry.query('SELECT 1 FROM agent_health')).toHaveLength(2));
    await telemetry.execute(
      `INSERT INTO agent_health (agent_id, received_at, telemetry) VALUES ($1, '2025-01-01', '{}')`,
      [AGENTS[2]],
    );
    const silent = await run('agent_health');
    expect(silent.differences).toEqual([]);
    expect(silent.remarks).toHaveLength(1);
    const figures = async (): Promise<number> => (await telemetry.query('SELECT 1 FROM agent_metric')).length;
    const before = await figures();
    await telemetry.execute(`UPDATE agent_health SET telemetry = '{}' WHERE agent_id = $1`, [AGENTS[0]]);
    expect(await run('agent_health', true)).toMatchObject({ replaced: true, differences: [{ changed: 1 }] });
    expect((await run('agent_health')).differences).toEqual([]);
    expect(await figures()).toBe(before);
    const kept = await telemetry.query<{ at: Date }>('SELECT received_at AS at FROM agent_health ORDER BY 1 DESC');
    await report(AGENTS[1], 21, Date.now() + 2_000);
    const latest = 'SELECT max(received_at) > $1 AS later FROM agent_health';
    await eventually(async () => expect(await telemetry.query(latest, [kept[0]?.at])).toEqual([{ later: true }]));
    expect((await run('agent_health')).differences).toEqual([]);
  });
});
