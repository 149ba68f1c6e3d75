import type { HealthView } from '@icmp-mon/operations/contract';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseSwitch } from './testing/database-switch';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

let api: TestApi;
let own: TestDatabase;
let database: DatabaseSwitch;

beforeAll(async () => {
  own = await testDatabase('control');
  database = new DatabaseSwitch(own.url);
  api = await startTestApi({ controlDatabaseUrl: await database.start() });
});
afterAll(async () => {
  await api.stop();
  await database.off();
  await own.dropDatabase();
});

const ask = (method: string, path: string, body?: object): Promise<Response> =>
  api.sendRequest(path, {
    method,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('without the database', () => {
  it('every route reports that it is unavailable, and works again when it is back', async () => {
    expect((await ask('POST', '/api/v1/targets', { ip: '192.0.2.1', tier: 'standard' })).status).toBe(201);
    await database.off();
    for (const [method, path, body] of [
      ['GET', '/api/v1/targets'],
      ['GET', '/api/v1/targets/counts'],
      ['GET', '/api/v1/targets/192.0.2.1'],
      ['GET', '/api/v1/tiers'],
      ['POST', '/api/v1/targets', { ip: '192.0.2.2', tier: 'standard' }],
      ['DELETE', '/api/v1/targets/192.0.2.1'],
      ['POST', '/api/v1/auth/login', { user: 'admin', password: TEST_PASSWORD }],
    ] as const) {
      const response = await ask(method, path, body);
      expect(response.status, `${method} ${path}`).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.text()).not.toMatch(/postgres:|ECONN|stack/);
    }
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 20_000 }).toBe(503);

    await database.on();
    await expect.poll(async () => (await ask('GET', '/api/v1/targets')).status, { timeout: 30_000 }).toBe(200);
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 20_000 }).toBe(200);
    expect((await ask('POST', '/api/v1/targets', { ip: '192.0.2.2', tier: 'standard' })).status).toBe(201);
  });

  it('every route also reports it when the database keeps its connections open but does not answer', async () => {
    expect((await ask('GET', '/api/v1/targets')).status).toBe(200);
    database.freezeConnections();
    const answers = await Promise.all(
      ['/api/v1/targets', '/api/v1/targets/192.0.2.1', '/api/v1/tiers'].map((path) => ask('GET', path)),
    );
    const login = await ask('POST', '/api/v1/auth/login', { user: 'admin', password: TEST_PASSWORD });
    expect([...answers, login].map((answer) => answer.status)).toEqual([503, 503, 503, 503]);
    await database.off();
    await database.on();
    await expect.poll(async () => (await ask('GET', '/api/v1/targets')).status, { timeout: 30_000 }).toBe(200);
  });

  it('Health is still available to recently authenticated clients, and nothing else is', async () => {
    expect((await ask('GET', '/api/v1/health')).status).toBe(200);
    await database.off();
    const health = await ask('GET', '/api/v1/health');
    expect(health.status).toBe(200);
    const view = (await health.json()) as HealthView;
    expect(view.parts.find(({ id }) => id === 'services')).toMatchObject({ state: 'bad' });
    expect((await ask('GET', '/api/v1/auth/me')).status).toBe(200);
    expect((await ask('GET', '/api/v1/targets')).status).toBe(503);
    const stranger = await fetch(`${api.url}/api/v1/health`, {
      headers: { authorization: `Bearer imk_${'0'.repeat(12)}_${'A'.repeat(43)}` },
    });
    expect(stranger.status).toBe(503);
    await database.on();
    await expect.poll(async () => (await ask('GET', '/api/v1/targets')).status, { timeout: 30_000 }).toBe(200);
  });
});
