import type { AgentView, EnrolmentTokenView } from '@icmp-mon/agents/contract';
import { AGENT } from '@icmp-mon/agents/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };

describe('the description of an agent', () => {
  let api: TestApi;
  const id = newId();

  beforeAll(async () => {
    api = await startTestApi();
    const data = {
      ...{ agentId: id, name: 'fra-1', region: 'eu', provider: 'p', tags: { rack: '7' }, capacityPps: null },
      ...{ certificateSha256: 'first', notAfter: new Date(Date.now() + 3_600_000).toISOString() },
    };
    const decide = () => [{ type: 'AgentEnrolled' as const, data }];
    await api.app.get(EventStore).execute(AGENT, id, decide, { metadata: METADATA });
    await api.control.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags, state) VALUES ($1, 'fra-1', 'eu', 'p', '{}', 'active')`,
      [id],
    );
  });
  afterAll(() => api.stop());

  const patch = (body: object, headers: Record<string, string> = {}, of = id): Promise<Response> =>
    api.sendRequest(`/api/v1/agents/${of}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', ...headers },
      body: JSON.stringify(body),
    });

  it('changes with If-Match, and the agent shows it', async () => {
    const answer = await patch({ name: 'fra-2', tags: { site: 'fra' }, capacityPps: 500 }, { 'if-match': '"1"' });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);
    const described = { name: 'fra-2', region: 'eu', tags: { rack: '7', site: 'fra' }, capacityPps: 500 };
    expect(await answer.json()).toMatchObject({ ...described, setByOperator: ['name', 'tags.site'] });
    const { items } = (await (await api.sendRequest('/api/v1/agents')).json()) as { items: AgentView[] };
    expect(items).toEqual([expect.objectContaining({ ...described, version: 2 })]);
    expect(items[0]?.share).toMatchObject({ assigned: 0, assignedPps: 0, capacityPps: null });
    expect((await patch({ region: 'us' }, { 'if-match': '"1"' })).status).toBe(412);
  });

  it.each([
    [{ capacityPps: 0 }, '#/capacityPps'],
    [{ capacityPps: 1_000_001 }, '#/capacityPps'],
    [{ capacityPps: 'all' }, '#/capacityPps'],
    [{ name: null }, '#/name'],
    [{ region: '' }, '#/region'],
    [{ provider: 'a\u202eb' }, '#/provider'],
    [{ tags: { 'a b': 'c' } }, '#/tags'],
    [{ state: 'banned' }, '#/state'],
  ])('is refused with a pointer: %j', async (body, pointer) => {
    const answer = await patch(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [expect.objectContaining({ pointer })] });
  });

  it('of an unknown agent is not found', async () => {
    expect((await patch({ capacityPps: 5 }, {}, newId())).status).toBe(404);
  });

  it('may be fixed by an enrolment token, whose wrong members are refused', async () => {
    const wrong = await api.postJson('/api/v1/enrolment-tokens', { provider: '', tags: { a: 1 }, capacityPps: 0 });
    expect(wrong.status).toBe(400);
    const { errors } = (await wrong.json()) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['#/capacityPps', '#/provider', '#/tags']);
    const { items } = (await (await api.sendRequest('/api/v1/enrolment-tokens')).json()) as {
      items: EnrolmentTokenView[];
    };
    expect(items).toEqual([]);
  });
});
