import { afterEach, expect, it } from 'vitest';
import { answerJson, type FakeApi, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

const LOGIN = { passwordChangedAt: null, linkExpiresAt: null };
const USER = { id: 'u1', name: 'acme', role: 'viewer', scope: 'customer=acme', state: 'active', logins: 0, ...LOGIN };
const UNUSED = {
  createdAt: '2026-01-01T00:00:00Z',
  createdByName: null,
  createdBy: null,
  lastUsedAt: null,
  expiresAt: null,
  revokedAt: null,
};
const KEY = { id: 'k1', name: 'graphs', role: 'viewer', scope: null, permissions: null, ...UNUSED };

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

async function run(...argv: string[]): Promise<Ended> {
  fake = await startFakeApi(({ method, path }, response) => {
    const isUsers = path.includes('/users');
    if (method === 'GET') return answerJson(response, { items: [isUsers ? USER : KEY] });
    if (method === 'PUT') return answerJson(response, undefined, 200);
    const link = { path: '/set-password#iml_x', token: 'iml_x', expiresAt: '2026-01-02T00:00:00Z' };
    answerJson(response, isUsers ? { user: USER, link } : { ...KEY, expiresAt: null, key: 'imk_k1_x' }, 201);
  });
  return runCaptured(argv, { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x' });
}

const changes = () => fake?.received.filter(({ method }) => method !== 'GET').map(({ path, body }) => [path, body]);

it.each([
  { argv: ['users', 'create', 'acme', '--role', 'viewer'], path: '/api/v1/users' },
  { argv: ['api-keys', 'create', 'acme', '--role', 'viewer'], path: '/api/v1/api-keys' },
])('$argv sends a scope', async ({ argv, path }) => {
  expect(await run(...argv, '--scope', 'customer=acme')).toMatchObject({ code: 0 });
  expect(changes()).toEqual([[path, JSON.stringify({ name: 'acme', role: 'viewer', scope: 'customer=acme' })]]);
});

it.each([
  { argv: ['users', 'scope', 'ACME'], path: '/api/v1/users/u1/scope', name: 'acme' },
  { argv: ['api-keys', 'scope', 'k1'], path: '/api/v1/api-keys/k1/scope', name: 'graphs' },
])('$argv changes a scope, and removes one only on request', async ({ argv, path, name }) => {
  const limited = await run(...argv, '--filter', 'vrf=blue');
  expect(changes()).toEqual([[path, '{"scope":"vrf=blue"}']]);
  expect(limited.err).toContain(`${name} sees only the targets of the filter vrf=blue.`);
  await fake?.stop();
  expect((await run(...argv, '--unlimited')).err).toContain(`${name} sees all targets.`);
  expect(changes()).toEqual([[path, '{"scope":null}']]);
  await fake?.stop();
  const unclear = await run(...argv);
  expect([unclear.code, unclear.err, changes()]).toEqual([2, expect.stringContaining('--filter or --unlimited'), []]);
});

it('lists show the scopes', async () => {
  expect((await run('users', 'list')).out).toMatch(/acme +viewer +customer=acme +active/);
  await fake?.stop();
  expect((await run('api-keys', 'list')).out).toMatch(/graphs +viewer +all targets/);
});
