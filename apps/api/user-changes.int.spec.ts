import type { PasswordLink } from '@icmp-mon/identity/contract';
import { Authenticator, type Principal } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';
import { MEMBER_PASSWORD, TestUsers } from './testing/test-users';

let api: TestApi;
let users: TestUsers;

beforeAll(async () => {
  api = await startTestApi();
  users = new TestUsers(api);
});
afterAll(() => api.stop());

const post = (path: string): Promise<Response> => api.sendRequest(`/api/v1/${path}`, { method: 'POST' });
const remove = (path: string): Promise<Response> => api.sendRequest(`/api/v1/${path}`, { method: 'DELETE' });

describe('a role', () => {
  it('is effective for existing logins immediately, and the streams of the former role end', async () => {
    const { id, ask } = await users.addMember('frank', 'engineer');
    expect((await ask('GET', 'enrolment-tokens')).status).toBe(200);
    const engineer: Principal = {
      kind: 'user',
      id,
      name: 'frank',
      role: 'engineer',
      permissions: [],
      scope: null,
      sessionId: '',
    };
    const [session] = await api.control.query<{ id: string }>('SELECT id FROM login_session WHERE user_id = $1', [id]);
    const authenticator = api.app.get(Authenticator);
    const isValid = (): Promise<boolean> => authenticator.stillValid({ ...engineer, sessionId: session.id });
    expect(await isValid()).toBe(true);
    expect((await users.setRole(id, 'viewer')).status).toBe(204);
    expect((await ask('GET', 'enrolment-tokens')).status).toBe(403);
    expect(await (await ask('GET', 'auth/me')).json()).toMatchObject({ role: 'viewer' });
    expect(await isValid()).toBe(false);
    expect((await users.setRole(id, 'admin')).status).toBe(204);
    expect((await ask('GET', 'users')).status).toBe(200);
    expect((await users.setRole(newId(), 'admin')).status).toBe(404);
    expect((await remove(`users/${id}`)).status).toBe(204);
  });
});

describe('a disabled user', () => {
  it('is logged out immediately, cannot log in, and has no valid links, until enabled again', async () => {
    const { id, ask } = await users.addMember('gita', 'viewer');
    const link = (await (await post(`users/${id}/password-link`)).json()) as PasswordLink;
    expect((await post(`users/${id}/disable`)).status).toBe(204);
    expect((await post(`users/${id}/disable`)).status).toBe(204);
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('gita', MEMBER_PASSWORD)).toBe(401);
    expect((await users.useLink(link.token)).status).toBe(400);
    expect((await post(`users/${id}/password-link`)).status).toBe(409);
    expect(await users.userOf(id)).toMatchObject({ state: 'disabled', logins: 0 });
    expect((await post(`users/${id}/enable`)).status).toBe(204);
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('gita', MEMBER_PASSWORD)).toBe(200);
    const types = await users.eventTypes(id);
    expect(types.filter((type) => /^User(Dis|En)abled$/.test(type))).toEqual(['UserDisabled', 'UserEnabled']);
  });
});

describe('a removed user', () => {
  it('is logged out, not listed, and leaves the name to another; the events keep it until it is erased', async () => {
    const { id, ask } = await users.addMember('hans', 'viewer');
    expect((await remove(`users/${id}/personal-data`)).status).toBe(409);
    expect((await remove(`users/${id}`)).status).toBe(204);
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('hans', MEMBER_PASSWORD)).toBe(401);
    expect(await users.userOf(id)).toBeUndefined();
    for (const path of [`users/${id}`, `users/${id}/logins`]) expect((await remove(path)).status).toBe(404);
    expect((await api.sendRequest(`/api/v1/users/${id}/logins`)).status).toBe(404);
    await users.inviteUser('hans', 'viewer');
    const events = JSON.stringify(await api.control.query('SELECT data FROM event WHERE stream = $1', [`user-${id}`]));
    expect(events).not.toContain('hans');
    expect(events).toContain('sealed');
    const keys = (): Promise<unknown[]> =>
      api.control.query('SELECT 1 FROM event_key WHERE stream = $1', [`user-${id}`]);
    expect(await keys()).toHaveLength(1);
    for (let time = 0; time < 2; time += 1) expect((await remove(`users/${id}/personal-data`)).status).toBe(204);
    expect(await keys()).toEqual([]);
    const [{ name }] = await api.control.query<{ name: string }>('SELECT name FROM user_account WHERE id = $1', [id]);
    expect(name).toBe('(erased)');
  });
});

describe('the last administrator', () => {
  it('cannot be removed, disabled or demoted, also when two demote each other at the same time', async () => {
    const admin = (await users.listUsers()).find(({ name }) => name === 'admin');
    const tries = async (id = admin?.id): Promise<number[]> => [
      (await users.setRole(id ?? '', 'engineer')).status,
      (await post(`users/${id}/disable`)).status,
      (await remove(`users/${id}`)).status,
    ];
    expect(await tries()).toEqual([409, 409, 409]);
    await users.inviteUser('not yet an admin', 'admin');
    expect(await tries()).toEqual([409, 409, 409]);
    const { id } = await users.addMember('ines', 'admin');
    const both = await Promise.all([users.setRole(id, 'viewer'), users.setRole(admin?.id ?? '', 'viewer')]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    const left = (await users.listUsers()).filter(({ role, state }) => role === 'admin' && state === 'active');
    expect(left).toHaveLength(1);
    expect(await tries(left[0].id)).toEqual([409, 409, 409]);
    await api.control.execute(`UPDATE user_account SET role = 'admin' WHERE id = $1`, [admin?.id]);
  });
});
