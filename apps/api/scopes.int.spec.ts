import type { IssuedApiKey, SessionView } from '@icmp-mon/identity/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem-of';
import { startTestApi, type TestApi } from './testing/test-api';
import { TestUsers } from './testing/test-users';

const SCOPE = 'customer=acme AND vrf=default';

let api: TestApi;
let users: TestUsers;

beforeAll(async () => {
  api = await startTestApi();
  users = new TestUsers(api);
});
afterAll(() => api.stop());

const setScope = (path: string, scope: unknown): Promise<Response> =>
  api.sendJson('PUT', `/api/v1/${path}/scope`, { scope });
const askWith = (key: string, path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${api.url}/api/v1/${path}`, { ...init, headers: { authorization: `Bearer ${key}` } });

async function issue(body: object): Promise<IssuedApiKey> {
  const response = await api.postJson('/api/v1/api-keys', { name: 'acme', role: 'engineer', ...body });
  expect(response.status).toBe(201);
  return (await response.json()) as IssuedApiKey;
}

describe('the scope of a user', () => {
  it('is stored in its canonical text, is shown, and limits the permissions of its logins immediately', async () => {
    const { id, ask } = await users.addMember('ada', 'engineer');
    expect((await (await ask('GET', 'auth/me')).json()) as SessionView).toMatchObject({ scope: null });
    expect((await ask('GET', 'agents')).status).toBe(200);

    expect((await setScope(`users/${id}`, 'customer = "acme"   and VRF=default')).status).toBe(204);
    expect(await users.userOf(id)).toMatchObject({ scope: SCOPE });
    expect((await (await ask('GET', 'auth/me')).json()) as SessionView).toMatchObject({
      scope: SCOPE,
      permissions: [
        'targets:read',
        'targets:write',
        'tiers:read',
        'status:read',
        'results:read',
        'commands:read',
        'commands:run',
      ],
    });
    const refused = await ask('GET', 'agents');
    expect(refused.status).toBe(403);
    expect((await problemOf(refused)).detail).toBe(
      `This is not available to you, because it cannot be limited to your scope, the targets of the filter ${SCOPE}.`,
    );

    expect((await setScope(`users/${id}`, SCOPE)).status).toBe(204);
    expect((await setScope(`users/${id}`, null)).status).toBe(204);
    expect((await ask('GET', 'agents')).status).toBe(200);
    expect((await users.eventTypes(id)).slice(-2)).toEqual(['UserScopeChanged', 'UserScopeChanged']);
  });

  it('can be given at creation, and is part of the events', async () => {
    const response = await api.postJson('/api/v1/users', { name: 'bob', role: 'viewer', scope: 'ip IN 192.0.2.0/24' });
    const { user } = (await response.json()) as { user: { id: string; scope: string } };
    expect(user.scope).toBe('ip IN 192.0.2.0/24');
    const [registered] = await api.control.query<{ data: object }>(
      'SELECT data FROM event WHERE stream = $1 AND version = 1',
      [`user-${user.id}`],
    );
    expect(registered.data).toMatchObject({ scope: 'ip IN 192.0.2.0/24' });
  });

  it.each([
    ['status=up', 'At character 1: found "status", expected a field of this list (ip, name, tier, vrf, owner)'],
    ['customer=acme AND agent=fra-1', 'At character 19: found "agent"'],
    ['NOT (placement=ok)', 'found "placement"'],
    ['parent=192.0.2.1', 'found "parent"'],
    ['paused=true', 'found "paused"'],
    ['customer=', 'found the end of the filter'],
    ['  ', 'The scope is empty. Write a filter'],
    ['', 'The scope is empty. Write a filter'],
    ['customer=acme OR', 'found the end of the filter'],
  ])('is refused at #/scope: "%s"', async (scope, text) => {
    const refused = await problemOf(await api.postJson('/api/v1/users', { name: 'eve', role: 'viewer', scope }));
    expect(refused).toMatchObject({ status: 400, errors: [{ pointer: '#/scope' }] });
    expect(refused.detail).toContain(text);
  });

  it('is refused if it is longer than a filter, absent, or no text', async () => {
    const { user } = await users.inviteUser('carol', 'viewer');
    for (const body of [{ scope: `name ~ "${'x'.repeat(2_000)}"` }, {}, { scope: 7 }, { scope: ['vrf=a'] }]) {
      expect((await api.sendJson('PUT', `/api/v1/users/${user.id}/scope`, body)).status).toBe(400);
    }
    expect((await setScope('users/01936d2e-7c1a-7b3e-9a51-0242ac120002', SCOPE)).status).toBe(404);
  });

  it('is not possible for an administrator, who could remove it', async () => {
    const created = await api.postJson('/api/v1/users', { name: 'root', role: 'admin', scope: SCOPE });
    expect(await problemOf(created)).toMatchObject({ status: 400, errors: [{ pointer: '#/scope' }] });
    const { user } = await users.inviteUser('dave', 'admin');
    expect(await problemOf(await setScope(`users/${user.id}`, SCOPE))).toMatchObject({ status: 400 });
    expect((await users.setRole(user.id, 'viewer')).status).toBe(204);
    expect((await setScope(`users/${user.id}`, SCOPE)).status).toBe(204);
    expect(await problemOf(await users.setRole(user.id, 'admin'))).toMatchObject({
      status: 400,
      errors: [{ pointer: '#/role' }],
    });
    await expect(
      api.control.execute(`UPDATE user_account SET role = 'admin' WHERE id = $1`, [user.id]),
    ).rejects.toThrow('user_account_scope');
  });
});

describe('the scope of an API key', () => {
  it('limits the key, can be changed, and ends with null', async () => {
    const { id, key, scope } = await issue({ scope: SCOPE });
    expect(scope).toBe(SCOPE);
    expect((await askWith(key, 'agents')).status).toBe(403);
    expect((await setScope(`api-keys/${id}`, 'customer=bolt')).status).toBe(204);
    expect(((await (await askWith(key, 'auth/me')).json()) as SessionView).scope).toBe('customer=bolt');
    expect((await setScope(`api-keys/${id}`, null)).status).toBe(204);
    expect((await askWith(key, 'agents')).status).toBe(200);
    const listed = (await (await api.sendRequest('/api/v1/api-keys')).json()) as { items: IssuedApiKey[] };
    expect(listed.items.find((each) => each.id === id)).toMatchObject({ scope: null });
    const types = await api.control.query<{ type: string }>(
      'SELECT type FROM event WHERE stream = $1 ORDER BY version',
      [`apikey-${id}`],
    );
    expect(types.map(({ type }) => type)).toEqual(['ApiKeyIssued', 'ApiKeyScopeChanged', 'ApiKeyScopeChanged']);
  });

  it('is refused for a key of an administrator, for one that is revoked or unknown, and for a fault', async () => {
    const refused = await api.postJson('/api/v1/api-keys', { name: 'root', role: 'admin', scope: SCOPE });
    expect(await problemOf(refused)).toMatchObject({ status: 400, errors: [{ pointer: '#/scope' }] });
    const { id } = await issue({});
    expect((await setScope(`api-keys/${id}`, 'status=up')).status).toBe(400);
    expect((await setScope('api-keys/000000000000', SCOPE)).status).toBe(404);
    expect((await api.sendRequest(`/api/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await setScope(`api-keys/${id}`, SCOPE)).status).toBe(409);
  });

  it('keeps a key from managing access, also one that was given the permission', async () => {
    const { id, key } = await issue({ role: 'admin', permissions: ['access:manage', 'targets:read'] });
    expect((await setScope(`api-keys/${id}`, SCOPE)).status).toBe(400);
    expect((await askWith(key, 'users')).status).toBe(200);
    const limited = await issue({ scope: SCOPE });
    for (const path of ['users', 'api-keys', 'health', 'dead-letters', 'enrolment-tokens', 'agents']) {
      expect((await askWith(limited.key, path)).status, path).toBe(403);
    }
  });
});
