import type { LoginView, PasswordLink, Role } from '@icmp-mon/identity/contract';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';
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

describe('an invitation', () => {
  it('creates a user without a password, who sets one once, and then logs in', async () => {
    const { user, link } = await users.inviteUser('Ada Lovelace', 'operator');
    expect(user).toMatchObject({ role: 'operator', state: 'invited', linkExpiresAt: link.expiresAt, logins: 0 });
    expect(await users.userOf(user.id)).toEqual(user);
    expect(link.path).toBe(`/set-password#${link.token}`);
    const hoursLeft = (Date.parse(link.expiresAt) - Date.now()) / 3_600_000;
    expect(Math.round(hoursLeft)).toBe(72);
    for (const guess of ['', MEMBER_PASSWORD, 'null'])
      expect(await users.logIn('Ada Lovelace', guess || 'x')).toBe(401);

    for (const easy of ['aaaaaaaaaaaaaaaa', 'I am ada lovelace, hello']) {
      expect(await (await users.useLink(link.token, easy)).json()).toMatchObject({
        status: 400,
        errors: [{ pointer: '#/newPassword' }],
      });
    }
    const [first, second] = await Promise.all([users.useLink(link.token), users.useLink(link.token)]);
    expect([first.status, second.status].sort()).toEqual([200, 400]);
    const refused = await users.useLink(link.token);
    expect(await refused.json()).toMatchObject({ status: 400, errors: [{ pointer: '#/token' }] });
    expect(await users.logIn('ADA lovelace', MEMBER_PASSWORD)).toBe(200);
    expect(await users.userOf(user.id)).toMatchObject({ state: 'active', linkExpiresAt: null, logins: 1 });
    expect(await users.eventTypes(user.id)).toEqual(['UserRegistered', 'PasswordLinkIssued', 'PasswordChanged']);
  });

  it('is refused after its time, and replaced by a newer one', async () => {
    const { user, link } = await users.inviteUser('bob', 'viewer');
    const renewed = (await (await post(`users/${user.id}/password-link`)).json()) as PasswordLink;
    expect((await users.useLink(link.token)).status).toBe(400);
    await api.control.execute('UPDATE password_link SET expires_at = now() WHERE user_id = $1', [user.id]);
    expect((await users.useLink(renewed.token)).status).toBe(400);
    expect(await users.userOf(user.id)).toMatchObject({ state: 'invited', linkExpiresAt: null });
  });

  it('is refused for a name in use, a name that looks like another, and an unknown role', async () => {
    await users.inviteUser('carol', 'viewer');
    const taken = await users.createUser('CAROL', 'viewer');
    expect(taken.status).toBe(409);
    expect(await taken.json()).toMatchObject({ errors: [{ pointer: '#/name' }] });
    expect((await users.createUser('caro\u200bl', 'viewer')).status).toBe(400);
    expect((await users.createUser('dave', 'owner' as Role)).status).toBe(400);
  });
});

describe('a link for a new password', () => {
  it('keeps the current password until it is used; then all logins end', async () => {
    const { id, ask } = await users.addMember('erin', 'viewer');
    const link = (await (await post(`users/${id}/password-link`)).json()) as PasswordLink;
    expect((await ask('GET', 'auth/me')).status).toBe(200);
    expect(await users.logIn('erin', MEMBER_PASSWORD)).toBe(200);
    expect(await (await users.useLink(link.token, 'a very different secret')).json()).toEqual({ user: 'erin' });
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await users.logIn('erin', MEMBER_PASSWORD)).toBe(401);
    expect(await users.logIn('erin', 'a very different secret')).toBe(200);
    expect((await post(`users/${newId()}/password-link`)).status).toBe(404);
  });

  it('is refused after the user changed the password', async () => {
    const { id, ask } = await users.addMember('fred', 'viewer');
    const link = (await (await post(`users/${id}/password-link`)).json()) as PasswordLink;
    const passwords = { currentPassword: MEMBER_PASSWORD, newPassword: 'a very different secret' };
    expect((await ask('PUT', 'auth/password', passwords)).status).toBe(204);
    expect((await users.useLink(link.token)).status).toBe(400);
    expect(await users.userOf(id)).toMatchObject({ linkExpiresAt: null });
    expect(await users.logIn('fred', 'a very different secret')).toBe(200);
  });
});

describe('the logins of a user', () => {
  it('are listed and ended by an administrator', async () => {
    const { id, ask } = await users.addMember('jana', 'viewer');
    const list = async (): Promise<LoginView[]> =>
      ((await (await api.sendRequest(`/api/v1/users/${id}/logins`)).json()) as { items: LoginView[] }).items;
    expect(await list()).toEqual([expect.objectContaining({ userAgent: 'test', isCurrent: false })]);
    expect((await ask('GET', `users/${id}/logins`)).status).toBe(403);
    expect(await (await remove(`users/${id}/logins`)).json()).toEqual({ ended: 1 });
    expect((await ask('GET', 'auth/me')).status).toBe(401);
    expect(await list()).toEqual([]);
    expect((await remove(`users/${newId()}/logins`)).status).toBe(404);
  });
});

it('events and answers contain no secrets', async () => {
  const events = JSON.stringify(await api.control.query('SELECT data, metadata FROM event'));
  for (const secret of [TEST_PASSWORD, MEMBER_PASSWORD, 'argon2', 'iml_']) expect(events).not.toContain(secret);
  expect(JSON.stringify(await users.listUsers())).not.toMatch(/argon2|iml_/);
});
