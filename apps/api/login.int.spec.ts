import type { SessionView } from '@icmp-mon/identity/contract';
import { REFRESH_COOKIE, SESSION_COOKIE } from '@icmp-mon/identity/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logInFrom } from '@icmp-mon/platform/http/testing';
import { atOneInstant } from '@icmp-mon/platform/testing';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** A browser's cookies, without its rules. */
class Browser {
  readonly cookies = new Map<string, string>();
  setCookies: string[] = [];

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookies.size === 0
          ? {}
          : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        origin: api.url,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.setCookies = response.headers.getSetCookie();
    for (const cookie of this.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  logIn(user = 'admin', password = TEST_PASSWORD): Promise<Response> {
    return this.ask('POST', '/api/v1/auth/login', { user, password });
  }

  async me(): Promise<number> {
    return (await this.ask('GET', '/api/v1/auth/me')).status;
  }
}

async function loggedIn(): Promise<Browser> {
  const browser = new Browser();
  expect((await browser.logIn()).status).toBe(200);
  return browser;
}

/** Skips the period in which two tabs may use the same refresh token. */
const ageUsedTokens = (): Promise<number> =>
  api.control.execute(`UPDATE refresh_token SET used_at = used_at - interval '1 minute' WHERE used_at IS NOT NULL`);

describe('logging in', () => {
  it('rejects a name with control characters, which no user has', async () => {
    expect((await new Browser().logIn('a\u0000b')).status).toBe(400);
  });

  it('returns the user and sets cookies that scripts and other sites cannot use', async () => {
    const browser = new Browser();
    const response = await browser.logIn('ADMIN');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const session = (await response.json()) as SessionView;
    expect(session).toMatchObject({ user: 'admin', role: 'admin' });
    expect(session.permissions).toContain('targets:write');
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(Date.now());
    expect(browser.setCookies).toHaveLength(3);
    for (const cookie of browser.setCookies) expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(browser.setCookies.find((cookie) => cookie.startsWith(REFRESH_COOKIE))).toContain('Path=/api/v1/auth;');
    expect(await browser.me()).toBe(200);
    expect((await browser.ask('GET', '/api/v1/targets')).status).toBe(200);
  });

  it.each([
    ['admin', 'wrong'],
    ['nobody', TEST_PASSWORD],
    ['admin', `${TEST_PASSWORD} `],
  ])('rejects %s with %j, without revealing which is wrong', async (user, password) => {
    const browser = new Browser();
    const response = await browser.logIn(user, password);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ detail: 'User or password is wrong.' });
    expect(browser.setCookies).toEqual([]);
  });

  it('rejects an invalid login at its field, without repeating the password', async () => {
    const response = await new Browser().ask('POST', '/api/v1/auth/login', { user: 'admin', password: ['TopSecret'] });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('TopSecret');
  });

  it('rejects a disabled user, even with a login', async () => {
    const browser = await loggedIn();
    await api.control.execute('UPDATE user_account SET disabled_at = now()');
    expect((await new Browser().logIn()).status).toBe(401);
    expect((await browser.ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
    await api.control.execute('UPDATE user_account SET disabled_at = NULL');
  });

  it('limits password guessing against one user without affecting other users', async () => {
    const guess = (): Promise<Response> => new Browser().logIn('guessed', 'guess');
    const attempts = await atOneInstant(() => Promise.all(Array.from({ length: 30 }, guess)));
    const refused = attempts.filter((attempt) => attempt.status === 429);
    expect(refused).toHaveLength(20);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('content-type')).toContain('application/problem+json');
    expect((await new Browser().logIn()).status).toBe(200);
  });

  it('is possible from another address while a client guesses the password', () =>
    atOneInstant(async () => {
      const guess = { user: 'admin', password: 'guess' };
      const guesses = await Promise.all(Array.from({ length: 30 }, () => logInFrom(api.url, '127.0.0.66', guess)));
      expect([401, 429].map((each) => guesses.filter((status) => status === each).length)).toEqual([10, 20]);
      const right = { user: 'admin', password: TEST_PASSWORD };
      expect(await logInFrom(api.url, '127.0.0.66', right)).toBe(429);
      for (let time = 0; time < 15; time += 1) expect(await logInFrom(api.url, '127.0.0.67', right)).toBe(200);
    }));
});

describe('a session', () => {
  it('accepts changes from the portal and from no other site', async () => {
    const browser = await loggedIn();
    const register = (headers: Record<string, string>): Promise<Response> =>
      browser.ask('POST', '/api/v1/targets', { ip: '192.0.2.1', tier: 'standard' }, headers);
    for (const origin of ['https://evil.example', 'null', `${api.url}.evil.example`]) {
      expect((await register({ origin })).status).toBe(403);
    }
    expect((await register({})).status).toBe(201);
  });

  it('must send its origin with a change', async () => {
    const browser = await loggedIn();
    const cookie = `${SESSION_COOKIE}=${browser.cookies.get(SESSION_COOKIE)}`;
    const response = await fetch(`${api.url}/api/v1/targets/192.0.2.1`, { method: 'DELETE', headers: { cookie } });
    expect(response.status).toBe(403);
  });

  it('is renewed with the refresh cookie, which changes each time', async () => {
    const browser = await loggedIn();
    const before = browser.cookies.get(REFRESH_COOKIE);
    const response = await browser.ask('POST', '/api/v1/auth/refresh');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: 'admin' });
    expect(browser.cookies.get(REFRESH_COOKIE)).not.toBe(before);
    expect(await browser.me()).toBe(200);
  });

  it('survives two tabs that renew it concurrently', async () => {
    const browser = await loggedIn();
    const tab = new Browser();
    for (const [name, value] of browser.cookies) tab.cookies.set(name, value);
    const answers = await Promise.all([browser, tab].map((one) => one.ask('POST', '/api/v1/auth/refresh')));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(await browser.me()).toBe(200);
  });

  it('ends when a used refresh cookie is sent again', async () => {
    const browser = await loggedIn();
    const thief = new Browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect((await browser.ask('POST', '/api/v1/auth/refresh')).status).toBe(200);
    await ageUsedTokens();
    expect((await thief.ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
    expect((await browser.ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
    await expect.poll(() => browser.me(), { timeout: 20_000 }).toBe(401);
  });

  it('is not renewed for another site, without the cookie, or with a forged one', async () => {
    const browser = await loggedIn();
    expect(
      (await browser.ask('POST', '/api/v1/auth/refresh', undefined, { origin: 'https://evil.example' })).status,
    ).toBe(403);
    expect((await new Browser().ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
    browser.cookies.set(REFRESH_COOKIE, 'x'.repeat(43));
    expect((await browser.ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
  });

  it('ends at logout, including copies of its cookies', async () => {
    const browser = await loggedIn();
    const copy = new Browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect((await browser.ask('POST', '/api/v1/auth/logout')).status).toBe(204);
    expect([...browser.cookies.keys()]).toEqual(['icmpmon_known_browser']);
    expect(await copy.me()).toBe(401);
    expect((await copy.ask('POST', '/api/v1/auth/refresh')).status).toBe(401);
    expect((await browser.ask('POST', '/api/v1/auth/logout')).status).toBe(204);
  });
});

describe('an API key', () => {
  it('stops working when it is revoked', async () => {
    expect((await api.sendRequest('/api/v1/auth/me', { role: 'operator' })).status).toBe(200);
    await api.control.execute(`UPDATE api_key SET revoked_at = now() WHERE role = 'operator'`);
    const status = async () => (await api.sendRequest('/api/v1/auth/me', { role: 'operator' })).status;
    await expect.poll(status, { timeout: 20_000, interval: 500 }).toBe(401);
  });

  it('is stored only as a hash, and events contain no secrets', async () => {
    const secret = api.keys.admin.slice(17);
    const kept = await api.control.query('SELECT * FROM api_key');
    const events = await api.control.query('SELECT type, data, metadata FROM event');
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(JSON.stringify(events)).not.toContain(TEST_PASSWORD);
    expect(JSON.stringify(events)).toContain('UserRegistered');
  });
});
