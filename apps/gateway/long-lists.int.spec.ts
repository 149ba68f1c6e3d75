import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import type { TestAgent } from '@icmp-mon/probing/agent/testing';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayProcess } from './gateway-process.test-fixture';

const AGENTS = 8;
const TARGETS = 100_000;
/** The lists are 48 MiB as text, and several times as much as rows: read as a whole they needed 210 MiB, in pieces 24 MiB. */
const GROWTH_MIB_MAX = 80;
const MIB_MAX = 300;
/** Time in which the gateway would read far ahead of agents that do not read. */
const UNREAD_MS = 5_000;

let gateway: GatewayProcess;
let agents: TestAgent[] = [];

beforeAll(async () => {
  gateway = await GatewayProcess.open();
  agents = await gateway.enrolAgents(AGENTS);
  const { database } = gateway;
  await database.execute(
    "INSERT INTO assignment_tier (name, policy, published_policy, position) VALUES ('standard', $1, NULL, 1)",
    [JSON.stringify(BUILT_IN_TIERS.standard)],
  );
  for (const { agentId } of agents) {
    await database.execute(
      `INSERT INTO assignment (agent_id, target_key, tier, ip, shard, position)
       SELECT $1, key, 'standard', '127.' || (key >> 16) || '.' || (key >> 8 & 255) || '.' || (key & 255), 0, key + 1
       FROM generate_series(1, $2::integer) AS key`,
      [agentId, TARGETS],
    );
  }
  await database.execute('UPDATE shard_feed_state SET published = $1', [TARGETS + 1]);
}, 120_000);

afterAll(async () => {
  for (const agent of agents) agent.close();
  await gateway.close();
});

/** Asks for the whole list, and reads nothing of the answer but its headers. */
async function askUnread({ tls }: TestAgent): Promise<IncomingMessage> {
  const asked = request(`${gateway.agentsUrl}/v1/assignments?since=0`, { ...tls, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

async function readAnswer(response: IncomingMessage): Promise<AssignmentsResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as AssignmentsResponse;
}

it('agents that read long lists at the same time, and slowly, need little memory of the gateway', async () => {
  await agents[0].fetchAssignments(TARGETS);
  const before = gateway.residentMib().now;
  const responses = await Promise.all(agents.map(askUnread));
  await pause(UNREAD_MS);
  for (const response of responses) {
    const { assigned, full, version } = await readAnswer(response);
    const keys = new Set(assigned.map(({ key }) => key)).size;
    expect({ full, version, keys }).toEqual({ full: true, version: TARGETS + 1, keys: TARGETS });
  }
  const { peak } = gateway.residentMib();
  expect(peak - before).toBeLessThan(GROWTH_MIB_MAX);
  expect(peak).toBeLessThan(MIB_MAX);
}, 120_000);

it('an answer whose reading fails ends like a broken connection, and the next one is complete', async () => {
  const [agent] = agents;
  const response = await askUnread(agent);
  await gateway.database.execute('ALTER TABLE assignment RENAME TO assignment_away');
  await expect(readAnswer(response)).rejects.toThrow();
  await gateway.database.execute('ALTER TABLE assignment_away RENAME TO assignment');
  expect((await agent.fetchAssignments(0))?.assigned).toHaveLength(TARGETS);
}, 60_000);
