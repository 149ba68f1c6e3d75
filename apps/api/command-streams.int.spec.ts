import { newId } from '@icmp-mon/platform/ids';
import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventSourceClient } from './testing/event-source';
import { startTestApi, type TestApi } from './testing/test-api';

const WAIT = { timeout: 20_000, interval: 20 };
const AGENTS = ['a', 'b'];
let api: TestApi;
let target: TargetView;
const open: EventSourceClient[] = [];

beforeAll(async () => {
  api = await startTestApi();
  target = (await (await api.postJson('/api/v1/targets', { ip: '192.0.2.1', tier: 'standard' })).json()) as TargetView;
});
afterEach(() => Promise.all(open.splice(0).map((client) => client.close())));
afterAll(() => api.stop());

/** Stores a ping of two agents, as a request would. */
async function storeCommand(): Promise<string> {
  const id = newId();
  await api.control.execute(
    `WITH stored AS (
       INSERT INTO command (id, kind, target_id, target_key, ip, vrf, parameters, count, timeout_ms, requested_by, correlation_id,
         state, expires_at)
       VALUES ($1, 'icmp_ping', $2, $3, $4, 'default', '{}', 1, 1000, 'user:x', $1, 'requested', now() + interval '1 minute')
       RETURNING id)
     INSERT INTO command_agent (command_id, agent_id, name, region, provider, connection)
     SELECT id, gen_random_uuid(), unnest($5::text[]), 'r', 'p', 'connected' FROM stored`,
    [id, target.id, target.key, target.ip, AGENTS],
  );
  return id;
}

/** Answers for an agent, as the worker does. */
async function answerOf(id: string, name: string, isLast = false): Promise<void> {
  await api.control.execute(
    `WITH changed AS (
       UPDATE command SET change = change + 1, state = CASE WHEN $3 THEN 'completed' ELSE 'running' END WHERE id = $1
       RETURNING id, change)
     UPDATE command_agent a SET state = 'completed', ended_at = now(), change = c.change
     FROM changed c WHERE a.command_id = c.id AND a.name = $2`,
    [id, name, isLast],
  );
  await api.control.query("SELECT pg_notify('command_changed', '')");
}

async function follow(path: string, lastEventId?: string, key = api.keys.viewer): Promise<EventSourceClient> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const client = await EventSourceClient.open(`${api.url}/api/v1/${path}`, headers);
  open.push(client);
  return client;
}

describe('the stream of one command', () => {
  it('ends with it; a client that reconnects resumes, and gets 204 when nothing follows', async () => {
    const id = await storeCommand();
    const client = await follow(`commands/${id}/live`);
    await expect.poll(() => client.lastEventId, WAIT).toBe('1');
    await answerOf(id, 'a');
    await expect.poll(() => client.lastEventId, WAIT).toBe('2');
    await client.close();
    await answerOf(id, 'b', true);
    const again = await follow(`commands/${id}/live`, '2');
    await expect.poll(() => again.hasEnded, WAIT).toBe(true);
    expect(again.events.map(({ event, data }) => [event, data['name'] ?? data['state']])).toEqual([
      ['agent', 'b'],
      ['command', 'completed'],
    ]);
    const last = await api.sendRequest(`/api/v1/commands/${id}/live`, { headers: { 'last-event-id': '3' } });
    expect(last.status).toBe(204);
  });
});

describe('commands on the stream of a browser', () => {
  const changes = (client: EventSourceClient) =>
    client.eventsOf('command-change').map(({ data: { after, command } }) => {
      const { id, change, state } = command as Record<string, unknown>;
      return [id, after, change, state];
    });

  it('are sent from their beginning, then as they change, without event ids', async () => {
    const [one, two] = [await storeCommand(), await storeCommand()];
    const client = await follow(`status/stream?commands=${one},${two},${newId()}`);
    await expect.poll(() => changes(client).length, WAIT).toBe(2);
    await answerOf(two, 'a');
    await expect.poll(() => changes(client).length, WAIT).toBe(3);
    await answerOf(two, 'b', true);
    await expect.poll(() => changes(client).at(-1), WAIT).toEqual([two, 2, 3, 'completed']);
    expect(changes(client)).toEqual(
      expect.arrayContaining([
        [one, 0, 1, 'requested'],
        [two, 0, 1, 'requested'],
        [two, 1, 2, 'running'],
      ]),
    );
    const agents = client.eventsOf('command-agent').filter(({ data }) => data['commandId'] === two);
    const states = agents.map(({ data }) => data['agent'] as Record<string, unknown>);
    expect(states.map(({ name, state }) => [name, state])).toEqual([
      ...[
        ['a', 'waiting'],
        ['b', 'waiting'],
      ],
      ...[
        ['a', 'completed'],
        ['b', 'completed'],
      ],
    ]);
    for (const { event, id } of client.events) if (event.startsWith('command')) expect(id).toBeNull();
    // The other parts of the stream continue after the end of a command.
    expect(client.hasEnded).toBe(false);
  });

  it.each([
    ['too many', () => Array.from({ length: 21 }, newId).join()],
    ['no id', () => 'x'],
  ])('are refused if they are %s', async (_what, ids) => {
    const answer = await api.sendRequest(`/api/v1/status/stream?commands=${ids()}`);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('commands must be at most 20 ids of commands'),
    ]);
  });
});
