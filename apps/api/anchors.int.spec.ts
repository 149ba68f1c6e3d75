import type { Anchors } from '@icmp-mon/agents/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

const read = async (): Promise<Anchors> => (await (await api.sendRequest('/api/v1/anchors')).json()) as Anchors;
const replace = (ips: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  api.sendJson('PUT', '/api/v1/anchors', { ips }, headers);

describe('the API of anchors', () => {
  beforeAll(async () => {
    api = await startTestApi();
  }, 60_000);
  afterAll(() => api.stop());

  it('has none at first, stores them in canonical form, and removes them', async () => {
    expect(await read()).toEqual({ ips: [], changedAt: null, version: 0 });
    const first = await replace(['192.0.2.1', '2001:DB8:0::1'], { 'if-match': '"0"' });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).toBe('"1"');
    const anchors = (await first.json()) as Anchors;
    expect(anchors).toMatchObject({ ips: ['192.0.2.1', '2001:db8::1'], version: 1 });
    expect(Date.parse(anchors.changedAt ?? '')).toBeGreaterThan(0);
    expect(await read()).toEqual(anchors);
    expect(await (await replace(['192.0.2.1', '2001:db8::1'])).json(), 'nothing changes').toEqual(anchors);
    expect(await (await replace([])).json()).toMatchObject({ ips: [], version: 2 });
  });

  it('refuses a change of an earlier version, and repeats the answer to a repeated request', async () => {
    const { version } = await read();
    const key = { 'idempotency-key': 'set-anchors-once' };
    const once = (await (await replace(['192.0.2.7'], key)).json()) as Anchors;
    expect(await (await replace(['192.0.2.7'], key)).json()).toEqual(once);
    expect((await replace(['192.0.2.8'], { 'if-match': `"${version}"` })).status).toBe(412);
    expect((await read()).ips).toEqual(['192.0.2.7']);
  });

  it.each([
    [['127.1'], '#/ips/0'],
    [['192.0.2.1', 'anchor.example.net'], '#/ips/1'],
    [['192.0.2.1', '192.0.2.1'], '#/ips/1'],
    [['224.0.0.1'], '#/ips/0'],
    [['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.6'], '#/ips'],
    [[7], '#/ips'],
    ['192.0.2.1', '#/ips'],
    [undefined, '#/ips'],
    [['x'.repeat(100_000)], '#/ips'],
  ])('refuses %j at %s', async (ips, pointer) => {
    const response = await replace(ips);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ pointer }] });
  });

  it('is written by roles that may change agents only, and is in the audit', async () => {
    const viewer = { authorization: `Bearer ${api.keys.viewer}` };
    expect((await api.sendRequest('/api/v1/anchors', { headers: viewer })).status).toBe(200);
    expect((await replace(['192.0.2.9'], viewer)).status).toBe(403);
    const response = await api.sendRequest('/api/v1/events?kind=anchors&limit=1');
    expect(await response.json()).toMatchObject({
      items: [{ entity: { kind: 'anchors', id: 'installation' }, did: 'set the anchors' }],
    });
  });
});
