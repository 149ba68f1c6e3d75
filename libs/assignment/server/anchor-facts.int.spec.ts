import type { AgentReport } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnchorFacts } from './anchor-facts';
import { assignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';

const SHARDS = 2;
let testDb: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testDb = await testDatabase('control');
  database = new ControlDatabase({ url: testDb.url });
});
afterAll(async () => {
  await database.close();
  await testDb.dropDatabase();
});

const report = (agentId: string, anchors: AgentReport['anchors']): AgentReport => ({
  ...{ agentId, receivedAtMs: Date.now(), trouble: null },
  ...(anchors && { anchors }),
});
const facts = async (agentId: string): Promise<unknown[]> => {
  const rows = await database.query<{ anchors: unknown }>(
    `SELECT fact->'anchors' AS anchors FROM shard_feed WHERE subject = $1 ORDER BY position`,
    [`agent:${agentId}`],
  );
  return rows.map(({ anchors }) => anchors);
};
const later = () => database.execute(`UPDATE assignment_agent_anchors SET since = since - interval '1 minute'`);

it('reaches every shard as a fact about the agent, once per change, and stays in its later facts', async () => {
  const events = assignmentEvents(database, new AssignmentProjection(SHARDS));
  const anchors = new AnchorFacts(database, SHARDS);
  const id = newId();
  await events.happened(events.agentEnrolled(id));
  const before = (await facts(id)).length;
  const since = async (): Promise<unknown[]> => (await facts(id)).slice(before);
  await anchors.publishEvidence([report(id, 'answer'), report(newId(), 'silent')]);
  await Promise.all([1, 2, 3].map(() => anchors.publishEvidence([report(id, 'answer')])));
  expect(await since()).toEqual(['answer', 'answer']);
  await later();
  await Promise.all([1, 2, 3].map(() => anchors.publishEvidence([report(id, 'silent')])));
  expect(await since()).toEqual(['answer', 'answer', 'silent', 'silent']);
  await events.happened(events.agentEnrolled(id, { provider: 'other' }));
  expect((await since()).slice(4)).toEqual(['silent', 'silent']);
  await later();
  await anchors.publishEvidence([report(id, undefined)]);
  expect((await since()).slice(6)).toEqual([null, null]);
});
