import type { CommandOrdersResponse } from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { atOneInstant } from '@icmp-mon/platform/testing';
import { type EnrolledClient, jsonOf } from '@icmp-mon/probing/agent/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayFixture } from './gateway.test-fixture';

let fixture: GatewayFixture;

beforeAll(async () => {
  fixture = await GatewayFixture.open();
});
afterAll(() => fixture.close());

/** Stores a ping of several agents, as a request would. */
async function storeCommand(agents: readonly EnrolledClient[]): Promise<string> {
  const id = newId();
  await fixture.database.execute(
    `WITH stored AS (
       INSERT INTO command (id, kind, target_id, target_key, ip, vrf, parameters, count, timeout_ms, requested_by, correlation_id,
         state, expires_at)
       VALUES ($1, 'icmp_ping', $1, 1, '192.0.2.1', 'default', '{}', 1, 1000, 'user:x', $1, 'requested', now() + interval '1 minute')
       RETURNING id)
     INSERT INTO command_agent (command_id, agent_id, name, region, provider, connection)
     SELECT id, unnest($2::uuid[]), 'a', 'r', 'p', 'connected' FROM stored`,
    [id, agents.map(({ agentId }) => agentId)],
  );
  return id;
}

const report = (more: object = {}) => ({ commandId: newId(), state: 'received', ...more });

describe('an open request for commands', () => {
  it('is refused without an order when its agent was banned, evicted or retired meanwhile', async () => {
    const agents = [
      await fixture.enrolled(),
      await fixture.enrolled(),
      await fixture.enrolled(),
      await fixture.enrolled(),
    ];
    const states = ['banned', 'evicted', 'retired', 'active'];
    // From here on all are admitted, for some seconds also without asking the database.
    for (const { client } of agents) await client.json('/v1/commands', { known: [newId()] });
    const polls = agents.map(({ client }) => client.json('/v1/commands', { known: [] }));
    await fixture.database.execute(
      `UPDATE agent a SET state = s.state FROM unnest($1::uuid[], $2::text[]) AS s (id, state) WHERE a.id = s.id`,
      [agents.map(({ agentId }) => agentId), states],
    );
    const id = await storeCommand(agents);
    const answers = await Promise.all(polls);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 200]);
    const refusals = answers.slice(0, 3).map((answer) => jsonOf<{ code: string }>(answer).code);
    expect(refusals).toEqual(['agent_banned', 'agent_evicted', 'agent_retired']);
    expect(jsonOf<CommandOrdersResponse>(answers[3]).orders.map((order) => order.id)).toEqual([id]);
  });
});

describe('a flood of reports about commands', () => {
  it('by number is refused after its burst, with the time to wait, and affects no other agent', () =>
    atOneInstant(async () => {
      const [greedy, honest] = [await fixture.enrolled(), await fixture.enrolled()];
      const reports = Array.from({ length: 20 }, () => report());
      const statuses: number[] = [];
      for (let at = 0; at < 11; at++) {
        const answer = await greedy.client.json('/v1/command-results', { reports });
        statuses.push(answer.status);
        if (answer.status === 429) expect(answer.headers['retry-after']).toBe('1');
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 204), 429]);
      const other = await honest.client.json('/v1/command-results', { reports });
      expect(other.status).toBe(204);
    }));

  it('by bytes is refused as well', () =>
    atOneInstant(async () => {
      const { client } = await fixture.enrolled();
      const trail = Array.from({ length: 60 }, () => ({ afterMs: 1, text: 'x'.repeat(200) }));
      const reports = [1, 2, 3, 4].map(() => report({ state: 'completed', attempts: [], trail }));
      // A request has 55 KiB.
      const answers = [];
      for (let at = 0; at < 40; at++) answers.push(await client.json('/v1/command-results', { reports }));
      expect(answers[0].status).toBe(204);
      const last = answers[39];
      expect([last.status, last.body.toString()]).toEqual([429, expect.stringContaining('too long reports')]);
      expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    }));
});
