import { AGENT } from '@icmp-mon/agents/server';
import type { ChangedAgent } from '@icmp-mon/agents/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };

describe('a change of an agent', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  async function enrolled(name: string): Promise<string> {
    const agentId = newId();
    const data = {
      ...{ agentId, name, region: 'eu', provider: 'p', tags: {}, capacityPps: null, keySha256: 'k' },
      ...{ certificateSha256: 'first', notAfter: new Date(Date.now() + 3_600_000).toISOString() },
    };
    const decide = () => [{ type: 'AgentEnrolled' as const, data }];
    await api.app.get(EventStore).execute(AGENT, agentId, decide, { metadata: METADATA });
    return agentId;
  }

  const change = (id: string, what: string, headers: Record<string, string> = {}, body: object = {}) =>
    api.postJson(`/api/v1/agents/${id}/${what}`, body, headers);

  it('with an Idempotency-Key takes effect once, and a repeat gets the first answer with its ETag', async () => {
    const id = await enrolled('once');
    const key = { 'idempotency-key': 'drain-once', 'if-match': '"1"' };
    const first = await change(id, 'drain', key);
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    const changed = (await first.json()) as ChangedAgent;
    expect((await change(id, 'cancel-drain')).status).toBe(200);
    const repeat = await change(id, 'drain', key);
    expect([repeat.status, repeat.headers.get('etag')]).toEqual([200, '"2"']);
    expect(await repeat.json()).toEqual(changed);
    expect(await (await api.sendRequest(`/api/v1/agents/${id}`)).json()).toMatchObject({ state: 'active', version: 3 });
  });

  it('with a key that was used for another agent, change or body is rejected', async () => {
    const [one, other] = [await enrolled('one'), await enrolled('other')];
    const key = { 'idempotency-key': 'drain-one' };
    expect((await change(one, 'drain', key)).status).toBe(200);
    expect((await change(other, 'drain', key)).status).toBe(409);
    expect((await change(one, 'evict', key)).status).toBe(409);
    expect((await change(one, 'drain', key, { reason: 'noisy' })).status).toBe(409);
    expect((await change(other, 'drain', { 'idempotency-key': 'two words' })).status).toBe(400);
  });

  it('that is rejected is not stored: the key can be used again', async () => {
    const id = await enrolled('tried-again');
    const key = { 'idempotency-key': 'evict-again' };
    expect((await change(id, 'evict', { ...key, 'if-match': '"7"' })).status).toBe(412);
    expect((await change(id, 'evict', { ...key, 'if-match': '"1"' })).status).toBe(200);
  });

  it('with a key and an endlessly nested body is rejected like one without a key', async () => {
    const id = await enrolled('deep');
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const response = await api.sendRequest(`/api/v1/agents/${id}/drain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'deep' },
      body: `{"reason":${deep}}`,
    });
    expect(response.status).toBe(400);
  });

  it('with a used key and an invalid body is rejected for its body, regardless of the key', async () => {
    const [one, other] = [await enrolled('valid'), await enrolled('not-valid')];
    const key = { 'idempotency-key': 'used' };
    expect((await change(one, 'drain', key)).status).toBe(200);
    for (const [id, body] of [
      [one, { reason: 7 }],
      [one, ['drain']],
      [other, { id: one }],
    ] as const) {
      const answer = await change(id, 'drain', key, body);
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid' }]);
    }
    const register = await api.postJson('/api/v1/targets', { ip: 7, tier: 'fast' }, key);
    expect([register.status, await register.json()]).toMatchObject([400, { errors: [{ pointer: '#/ip' }] }]);
    expect((await api.sendRequest(`/api/v1/agents/${one}/drain`, { method: 'POST', headers: key })).status).toBe(400);
    expect((await change(one, 'drain', key)).status).toBe(200);
  });
});
