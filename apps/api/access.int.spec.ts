import type { LoginView } from '@icmp-mon/identity/contract';
import { EnsureUser } from '@icmp-mon/identity/server';
import { newId } from '@icmp-mon/platform/ids';
import { atOneInstant } from '@icmp-mon/platform/testing';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, signedIn } from './testing/browser-session';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

const NEXT_PASSWORD = 'four other horses at the gate';
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

async function newUser(name: string): Promise<void> {
  const metadata = { actor: 'system:test', causationId: null, correlationId: newId() };
  await api.app.get(CommandBus).execute(new EnsureUser(name, TEST_PASSWORD, 'viewer', metadata));
}

const login = async (user: string, password: string): Promise<number> =>
  (
    await fetch(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password }),
    })
  ).status;

const eventTypes = async (like: string): Promise<string[]> =>
  (
    await api.control.query<{ type: string }>('SELECT type FROM event WHERE stream LIKE $1 ORDER BY position', [like])
  ).map(({ type }) => type);

describe('a browser with an earlier login of a user', () => {
  const KNOWN = 'icmpmon_known_browser';
  const tryIn = (cookie: string | null, password: string, user = 'gita'): Promise<Response> =>
    fetch(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookie !== null && { cookie: `${KNOWN}=${cookie}` }) },
      body: JSON.stringify({ user, password }),
    });
  const cookiesOf = (response: Response): Map<string, string> =>
    new Map(response.headers.getSetCookie().map((each) => each.split(';')[0].split('=') as [string, string]));

  it('can log in while another client at the same address guesses passwords, and has its own limit', () =>
    atOneInstant(async () => {
      await newUser('gita');
      const first = cookiesOf(await tryIn(null, TEST_PASSWORD));
      const token = first.get(KNOWN) ?? '';
      const session = first.get('icmpmon_session') ?? '';
      await Promise.all(Array.from({ length: 14 }, () => tryIn(null, 'guess')));
      expect((await tryIn(null, TEST_PASSWORD)).status).toBe(429);
      for (let time = 0; time < 12; time += 1) expect((await tryIn(token, TEST_PASSWORD)).status).toBe(200);
      expect(cookiesOf(await tryIn(token, TEST_PASSWORD)).has(KNOWN)).toBe(false);
      // The token is not valid for another user, and it is not a session.
      for (const other of [`${token.slice(0, -4)}AAAA`, 'a.b.c', session]) {
        expect((await tryIn(other, TEST_PASSWORD)).status).toBe(429);
      }
      await newUser('hans');
      const ofHans = cookiesOf(await tryIn(null, TEST_PASSWORD, 'hans')).get(KNOWN) ?? '';
      expect((await tryIn(ofHans, TEST_PASSWORD)).status).toBe(429);
      const asSession = { headers: { cookie: `icmpmon_session=${token}` } };
      expect((await fetch(`${api.url}/api/v1/auth/me`, asSession)).status).toBe(401);
      await Promise.all(Array.from({ length: 12 }, () => tryIn(token, 'guess')));
      const refused = await tryIn(token, TEST_PASSWORD);
      expect(refused.status).toBe(429);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('from this browser') as string });
    }));
});

describe("the user's own password", () => {
  it('can be changed by a user who knows it; other logins end, this one continues', async () => {
    await newUser('ada');
    const [here, elsewhere] = [await signedIn(api, 'ada', TEST_PASSWORD), await signedIn(api, 'ada', TEST_PASSWORD)];
    const change = (currentPassword: string, newPassword: string): Promise<Response> =>
      here('PUT', 'auth/password', { currentPassword, newPassword });
    const wrong = await change('not the password', NEXT_PASSWORD);
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ errors: [{ pointer: '#/currentPassword', detail: 'is wrong' }] });
    for (const easy of ['short', 'aaaaaaaaaaaaaaaa', 'my name is Ada, hello']) {
      const refused = await change(TEST_PASSWORD, easy);
      expect(await refused.json()).toMatchObject({ status: 400, errors: [{ pointer: '#/newPassword' }] });
    }
    expect((await change(TEST_PASSWORD, NEXT_PASSWORD)).status).toBe(204);
    expect((await here('GET', 'auth/me')).status).toBe(200);
    expect((await elsewhere('GET', 'auth/me')).status).toBe(401);
    expect(await login('ada', TEST_PASSWORD)).toBe(401);
    expect(await login('ada', NEXT_PASSWORD)).toBe(200);
  });

  it('cannot be changed with an API key, and guessing it is limited', async () => {
    expect((await api.sendRequest('/api/v1/auth/logins')).status).toBe(403);
    await newUser('bob');
    const here = await signedIn(api, 'bob', TEST_PASSWORD);
    const guess = (): Promise<Response> =>
      here('PUT', 'auth/password', { currentPassword: 'guess', newPassword: NEXT_PASSWORD });
    const guesses = await atOneInstant(() => Promise.all(Array.from({ length: 14 }, guess)));
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(4);
  });
});

describe('logins', () => {
  const listed = async (ask: Ask): Promise<LoginView[]> =>
    ((await (await ask('GET', 'auth/logins')).json()) as { items: LoginView[] }).items;

  it('are listed for their user, who can end one of them or all others', async () => {
    await newUser('dora');
    const here = await signedIn(api, 'dora', TEST_PASSWORD, 'Browser here');
    const others = [
      await signedIn(api, 'dora', TEST_PASSWORD, 'Phone \u00ff'),
      await signedIn(api, 'dora', TEST_PASSWORD),
      await signedIn(api, 'dora', TEST_PASSWORD),
    ];
    const logins = await listed(here);
    expect(logins).toHaveLength(4);
    expect(logins.find(({ isCurrent }) => isCurrent)).toMatchObject({
      userAgent: 'Browser here',
      address: '127.0.0.1',
    });
    const phone = logins.find(({ userAgent }) => userAgent?.startsWith('Phone'));
    expect((await here('DELETE', `auth/logins/${phone?.id}`)).status).toBe(204);
    expect((await here('DELETE', `auth/logins/${phone?.id}`)).status).toBe(404);
    expect((await others[0]?.('GET', 'auth/me'))?.status).toBe(401);
    expect(await (await here('DELETE', 'auth/logins')).json()).toEqual({ ended: 2 });
    for (const other of others) expect((await other('GET', 'auth/me')).status).toBe(401);
    expect(await listed(here)).toHaveLength(1);
    const [{ id }] = await api.control.query<{ id: string }>(`SELECT id FROM user_account WHERE name = 'dora'`);
    expect(await eventTypes(`user-${id}`)).toEqual(['UserRegistered', 'LoginsEnded', 'LoginsEnded']);
  });

  it('of other users are not accessible', async () => {
    await newUser('eve');
    await newUser('frank');
    const [eve, frank] = [await signedIn(api, 'eve', TEST_PASSWORD), await signedIn(api, 'frank', TEST_PASSWORD)];
    const [login] = await listed(frank);
    expect((await eve('DELETE', `auth/logins/${login?.id}`)).status).toBe(404);
    expect((await frank('GET', 'auth/me')).status).toBe(200);
  });
});

it('events contain no secrets', async () => {
  const events = JSON.stringify(await api.control.query('SELECT data, metadata FROM event'));
  for (const secret of [TEST_PASSWORD, NEXT_PASSWORD, 'argon2', 'imk_']) expect(events).not.toContain(secret);
});
