import {
  type CreatedUser,
  type IssuedApiKey,
  type Permission,
  ROLE_PERMISSIONS,
  ROLES,
} from '@icmp-mon/identity/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';
import { TestUsers } from './testing/test-users';

let api: TestApi;
let users: TestUsers;

beforeAll(async () => {
  api = await startTestApi();
  users = new TestUsers(api);
});
afterAll(() => api.stop());

async function issue(name: string, permissions: Permission[]): Promise<IssuedApiKey> {
  return (await (await api.postJson('/api/v1/api-keys', { name, role: 'admin', permissions })).json()) as IssuedApiKey;
}

describe('who may manage access gives no more than they have', () => {
  const ROLE_MISSING = {
    status: 403,
    detail: 'The role viewer has the permission targets:read, which you do not have.',
  };
  const targetsOf = (id: string): [method: string, path: string, body?: object][] => [
    ['PUT', `users/${id}/role`, { role: 'admin' }],
    ['PUT', `users/${id}/role`, { role: 'viewer' }],
    ['POST', `users/${id}/password-link`],
    ['POST', `users/${id}/disable`],
    ['POST', `users/${id}/enable`],
    ['DELETE', `users/${id}/logins`],
    ['DELETE', `users/${id}`],
  ];
  const askAs = async (key: string, method: string, path: string, body?: object): Promise<object> => {
    const init = { method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } };
    const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
    return (await (await fetch(`${api.url}/api/v1/${path}`, sent)).json()) as object;
  };

  it.each(ROLES)(
    'a key that has only access:manage neither creates nor changes a user of the role %s',
    async (role) => {
      const { key } = await issue(`manager ${role}`, ['access:manage']);
      const { id } = await users.addMember(`member ${role}`, role);
      const before = await users.eventTypes(id);
      const refused = { ...ROLE_MISSING, detail: ROLE_MISSING.detail.replace('viewer', role) };
      expect(await askAs(key, 'POST', 'users', { name: `new ${role}`, role })).toMatchObject(refused);
      for (const [method, path, body] of targetsOf(id)) {
        expect(await askAs(key, method, path, body), `${method} ${path}`).toMatchObject(refused);
      }
      expect(await users.eventTypes(id)).toEqual(before);
      expect(await users.userOf(id)).toMatchObject({ role, state: 'active', linkExpiresAt: null, logins: 1 });
    },
  );

  it('a key with the permissions of a viewer as well manages viewers, and cannot make one an engineer', async () => {
    const { key } = await issue('of viewers', [...ROLE_PERMISSIONS.viewer, 'access:manage']);
    const { user } = (await askAs(key, 'POST', 'users', { name: 'new viewer', role: 'viewer' })) as CreatedUser;
    expect(await askAs(key, 'POST', `users/${user.id}/password-link`)).toHaveProperty('token');
    expect(await askAs(key, 'PUT', `users/${user.id}/role`, { role: 'engineer' })).toMatchObject({
      status: 403,
      detail: 'The role engineer has the permission targets:write, which you do not have.',
    });
    expect(await users.userOf(user.id)).toMatchObject({ role: 'viewer' });
  });
});
