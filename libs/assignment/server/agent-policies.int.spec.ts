import type { AgentPolicyReport } from '@icmp-mon/agents/contract';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentPoliciesProjection } from './agent-policies.projection';
import { assignmentEvents, type AssignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { ReadAgentPolicy, ReadAgentPolicyHandler } from './read-agent-policy';

const SHARDS = 2;
const OPEN: AgentPolicyReport = { allow: null, deny: [], stopped: false, packetsPerSecond: 500, refusedKeys: [] };
/** A range with 63 of the first 100 targets: 127.0.0.1 to 127.0.0.63. */
const FIRST_63 = { ...OPEN, allow: ['127.0.0.0/26'] };
const KEYS = Array.from({ length: 100 }, (_, at) => at + 1);

describe('policies that agents report', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let events: AssignmentEvents;
  const policies = new AgentPoliciesProjection(SHARDS);
  const [first, second] = [newId(), newId()].sort();

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    events = assignmentEvents(database, new AssignmentProjection(SHARDS));
    await events.happened(
      events.tierDefined('standard', BUILT_IN_TIERS.standard),
      events.agentEnrolled(first),
      events.agentEnrolled(second),
      ...KEYS.map((key) => events.targetRegistered(key)),
    );
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  async function reported(agentId: string, report: object): Promise<void> {
    const value = JSON.stringify({ agentId, reportedAt: new Date().toISOString(), report });
    await database.transaction((sql) => policies.handle(sql, [message(value)]));
  }

  async function keysOf(agentId: string): Promise<number[]> {
    const rows = await database.query<{ key: number }>(
      'SELECT target_key AS key FROM assignment WHERE agent_id = $1 ORDER BY target_key',
      [agentId],
    );
    return rows.map(({ key }) => key);
  }

  async function facts(): Promise<{ targetKey: number; selected: string[]; refuses?: string[] }[]> {
    const rows = await database.query<{ fact: { targetKey: number; selected: string[]; refuses?: string[] } }>(
      `SELECT DISTINCT ON (subject) fact FROM shard_feed WHERE subject LIKE 'target:%' ORDER BY subject, position DESC`,
    );
    return rows.map(({ fact }) => fact).sort((a, b) => a.targetKey - b.targetKey);
  }

  it('are read as they were reported, without the keys of targets', async () => {
    const read = new ReadAgentPolicyHandler(database);
    expect(await read.execute(new ReadAgentPolicy(first))).toEqual({ agentId: first, reported: null });
    const restricted = { ...FIRST_63, ports: { dns: { allow: [], deny: [] } }, commands: ['mtr'] };
    await reported(first, { ...restricted, refusedKeys: [3] });
    const { refusedKeys: _keys, ...shown } = restricted;
    const reportedAt = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    expect(await read.execute(new ReadAgentPolicy(first))).toEqual({
      agentId: first,
      reported: { ...shown, reportedAt },
    });
  });

  it('move refused targets to an agent that allows them immediately, and no other targets', async () => {
    const before = await keysOf(first);
    await reported(first, FIRST_63);
    const kept = await keysOf(first);
    expect(kept).toEqual(before.filter((key) => key < 64));
    expect((await keysOf(second)).length + kept.length).toBe(KEYS.length);
    expect((await facts()).every(({ refuses }) => refuses === undefined)).toBe(true);
    await reported(first, OPEN);
    expect(await keysOf(first)).toEqual(before);
  });

  it('name the agents that refuse a target but keep it because all refuse', async () => {
    const before = await keysOf(first);
    await reported(first, FIRST_63);
    await reported(second, { ...OPEN, stopped: true });
    expect(await keysOf(first)).toEqual([...KEYS.filter((key) => key < 64), ...before.filter((key) => key > 63)]);
    for (const { targetKey, selected, refuses } of await facts()) {
      expect(refuses).toEqual(targetKey < 64 ? undefined : selected);
    }
  });

  it('give a new target to an agent that allows it', async () => {
    await reported(first, FIRST_63);
    const added = Array.from({ length: 20 }, (_, at) => 200 + at);
    await events.happened(...added.map((key) => events.targetRegistered(key)));
    expect((await keysOf(second)).filter((key) => key >= 200)).toEqual(added);
  });

  it('keep a target away from an agent that refused it by key, also after the target has moved', async () => {
    const before = await keysOf(first);
    const tooMuch = before.slice(3);
    const distances = tooMuch.map((key, at) => key - (tooMuch[at - 1] ?? 0));
    await reported(first, { ...OPEN, refusedKeys: distances });
    expect(await keysOf(first)).toEqual(before.slice(0, 3));
    await reported(first, OPEN);
    expect(await keysOf(first)).toEqual(before.slice(0, 3));
    await reported(first, { ...OPEN, packetsPerSecond: 5_000 });
    expect(await keysOf(first)).toEqual(before);
  });

  it('store no key of a target that is not assigned to the agent, regardless of how many it reports', async () => {
    await reported(first, OPEN);
    const [{ last }] = await database.query<{ last: number }>('SELECT max(position) AS last FROM shard_feed');
    for (let round = 0; round < 3; round++) {
      await reported(first, { ...OPEN, refusedKeys: [1_000 + round * 1_000, ...Array.from({ length: 500 }, () => 1)] });
    }
    expect(await database.query('SELECT refused_keys AS keys FROM assignment_agent_policy')).toEqual([{ keys: [] }]);
    expect(await database.query('SELECT max(position) AS last FROM shard_feed')).toEqual([{ last }]);
  });

  it('write nothing when a report is unchanged', async () => {
    await reported(first, FIRST_63);
    const [{ last }] = await database.query<{ last: number }>('SELECT max(position) AS last FROM shard_feed');
    await reported(first, FIRST_63);
    expect(await database.query('SELECT max(position) AS last FROM shard_feed')).toEqual([{ last }]);
  });

  it.each(['', 'null', '{}', '{"agentId":"x","reportedAt":"y","report":{}}'])(
    'are rejected as poison when they are %s',
    async (value) => {
      await expect(database.transaction((sql) => policies.handle(sql, [message(value)]))).rejects.toThrow(PoisonError);
    },
  );
});

let offset = 0;

function message(value: string): ReceivedMessage {
  return {
    ...{ topic: 't', partition: 0, offset: offset++, key: 'k', value: Buffer.from(value), headers: {}, timestampMs: 0 },
  };
}
