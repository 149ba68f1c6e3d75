import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { jobsPrefix } from '@icmp-mon/platform/jobs';
import { HOUSEKEEPING_QUEUE } from '@icmp-mon/platform/plugins';
import { eventually, TestProxy } from '@icmp-mon/platform/testing';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

const BOARD = '/api/v1/queues';

describe('the queue board', () => {
  let api: TestApi;
  let queue: Queue;

  beforeAll(async () => {
    api = await startTestApi();
    const { redisUrl, topicPrefix } = api.config;
    queue = new Queue(HOUSEKEEPING_QUEUE, { connection: { url: redisUrl }, prefix: jobsPrefix(topicPrefix) });
    await queue.add('sessions', {});
  });

  afterAll(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
    await api.stop();
  });

  it.each(['', '/', '/api/queues', '/static/css/any.css'])('rejects requests without a login: %s', async (path) => {
    const answer = await fetch(`${api.url}${BOARD}${path}`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it.each(['viewer', 'operator', 'engineer'] as const)('rejects the role %s', async (role) => {
    for (const path of ['', '/api/queues', `/queue/${HOUSEKEEPING_QUEUE}`]) {
      const answer = await api.sendRequest(`${BOARD}${path}`, { role });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('queues:manage') as string });
    }
  });

  it('shows an administrator the page with its scripts, under the common content security policy', async () => {
    const page = await api.sendRequest(BOARD);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const text = await page.text();
    expect(text).toContain(`<base href="${BOARD}/" />`);
    const [, script = ''] = /src="(static\/js\/main\.[^"]+)"/.exec(text) ?? [];
    const answer = await api.sendRequest(`${BOARD}/${script}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    // Scripts that the policy blocks would leave the page empty.
    expect([...text.matchAll(/<script(?![^>]*(src=|application\/json))/g)]).toEqual([]);
    expect([...text.matchAll(/<(?:script|link|img)\b[^>]*"https?:[^>]*>/g)]).toEqual([]);
    expect(text).toMatch(/<link href="static\/css\/main\.[^"]+" rel="stylesheet">/);
  });

  it('also answers a query and an absolute URL, without a header of the framework', async () => {
    const { hostname, port } = new URL(api.url);
    const headers = { authorization: `Bearer ${api.keys.admin}` };
    const statusOf = async (path: string): Promise<number | undefined> => {
      const sent = request({ hostname, port, path, headers }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      expect(answer.headers).not.toHaveProperty('x-powered-by');
      expect(answer.headers).not.toHaveProperty('etag');
      answer.resume();
      return answer.statusCode;
    };
    for (const path of ['?page=1', '/?page=1?', '/api/queues?page=1']) {
      expect(await statusOf(`${BOARD}${path}`), path).toBe(200);
      expect(await statusOf(`${api.url}${BOARD}${path}`), path).toBe(200);
    }
    expect(await statusOf(`${BOARD}/nothing`)).toBe(404);
  });

  it('shows the registered queues with their jobs', async () => {
    const answer = await api.sendRequest(`${BOARD}/api/queues?activeQueue=${HOUSEKEEPING_QUEUE}&page=1&jobsPerPage=10`);
    expect(answer.status).toBe(200);
    const { queues } = (await answer.json()) as { queues: { name: string; jobs: { name: string }[] }[] };
    expect(queues.map(({ name }) => name)).toEqual([
      HOUSEKEEPING_QUEUE,
      'targets-bulk-jobs',
      'targets-inventory-sources',
    ]);
    expect(queues[0]?.jobs.map(({ name }) => name)).toEqual(['sessions']);
  });

  it('lets an administrator with a login pause a queue, and no other site with that cookie', async () => {
    const login = await fetch(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: api.url },
      body: JSON.stringify({ user: 'admin', password: TEST_PASSWORD }),
    });
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const pause = (origin: string) =>
      fetch(`${api.url}${BOARD}/api/queues/${HOUSEKEEPING_QUEUE}/pause`, {
        method: 'PUT',
        headers: { cookie, origin, 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await pause('https://elsewhere.example')).status).toBe(403);
    expect(await queue.isPaused()).toBe(false);
    expect((await pause(api.url)).status).toBe(200);
    expect(await queue.isPaused()).toBe(true);
  });

  it('answers with an error within seconds while Redis is unavailable', async () => {
    const blind = await startTestApi({ redisUrl: 'redis://127.0.0.1:1' });
    try {
      const answer = await blind.sendRequest(`${BOARD}/api/queues`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('Redis') as string });
      expect((await blind.sendRequest('/api/v1/targets')).status).toBe(200);
    } finally {
      await blind.stop();
    }
  });

  it.each(['refuses', 'is silent'])(
    'answers with an error while Redis %s, and with the queues afterwards',
    async (how) => {
      const proxy = new TestProxy();
      const { redisUrl } = api.config;
      const other = await startTestApi({ redisUrl: await proxy.start(redisUrl) });
      const served = (): Promise<void> =>
        eventually(async () => expect((await other.sendRequest(`${BOARD}/api/queues`)).status).toBe(200));
      try {
        await served();
        if (how === 'refuses') await proxy.refuseConnections();
        else proxy.freezeConnections(true);
        const answer = await other.sendRequest(`${BOARD}/api/queues`);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          503,
          'application/problem+json; charset=utf-8',
        ]);
        if (how === 'is silent') await proxy.refuseConnections();
        proxy.freezeConnections(false);
        await proxy.acceptConnections();
        await served();
      } finally {
        await other.stop();
        await proxy.stop();
      }
    },
  );

  it.each(['refuses', 'is silent'])(
    'does not prevent the api from stopping when Redis %s after it was available',
    async (how) => {
      const proxy = new TestProxy();
      const { redisUrl } = api.config;
      const other = await startTestApi({ redisUrl: await proxy.start(redisUrl) });
      try {
        expect((await other.sendRequest(`${BOARD}/api/queues`)).status).toBe(200);
        if (how === 'refuses') await proxy.refuseConnections();
        else proxy.freezeConnections(true);
      } finally {
        await other.stop();
        await proxy.stop();
      }
    },
  );

  it('answers with an error once Redis has stopped', async () => {
    const proxy = new TestProxy();
    const other = await startTestApi({ redisUrl: await proxy.start(api.config.redisUrl) });
    try {
      expect((await other.sendRequest(`${BOARD}/api/queues`)).status).toBe(200);
      await proxy.refuseConnections();
      await eventually(async () => {
        const answer = await other.sendRequest(`${BOARD}/api/queues`);
        expect(await answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining('Redis') as string });
      });
    } finally {
      await other.stop();
      await proxy.stop();
    }
  });
});
