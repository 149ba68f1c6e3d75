import type { SessionView } from '@icmp-mon/identity/contract';
import type { StandInPerson } from '@icmp-mon/identity/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SingleSignOnApi } from './testing/single-sign-on-api';
import { TEST_PASSWORD } from './testing/test-api';

const people: StandInPerson[] = [
  { id: 'f81d4fae-ada', name: 'ada', email: 'ada@example.net', groups: ['staff', 'noc'] },
  { id: 'f81d4fae-admin', name: 'admin', email: 'admin@example.net', groups: ['noc'] },
  { id: 'f81d4fae-eve', name: 'eve', groups: ['staff', 'NOC', 'noc '] },
  { id: 'f81d4fae-max', name: 'max', groups: ['noc', 'noc-admins'] },
  { id: 'f81d4fae-kim', name: 'kim', groups: ['noc'] },
];

let signOn: SingleSignOnApi;

beforeAll(async () => {
  signOn = await SingleSignOnApi.start(people);
});
afterAll(() => signOn.stop());

describe('a first sign-in', () => {
  it('registers the user with the role of the groups, and opens the page that was asked for', async () => {
    const browser = signOn.newBrowser();
    expect(await browser.signIn('f81d4fae-ada', '?returnUrl=/targets%3Fstatus%3Ddown')).toBe('/targets?status=down');
    const me = (await (await browser.ask('GET', 'auth/me')).json()) as SessionView;
    expect(me).toMatchObject({ user: 'ada', role: 'operator' });
    expect(browser.cookieNames().sort()).toEqual(['icmpmon_refresh', 'icmpmon_session']);
    const user = await signOn.userNamed('ada');
    expect(user).toMatchObject({ role: 'operator', state: 'active', signsIn: 'single-sign-on', logins: 1 });
    const events = await signOn.api.control.query<{ type: string; data: { issuer?: string } }>(
      'SELECT type, data FROM event WHERE stream = $1',
      [`user-${user?.id}`],
    );
    expect(events).toMatchObject([
      { type: 'UserRegistered', data: { issuer: signOn.issuer.url, subject: null, name: null } },
    ]);
    expect(JSON.stringify(events)).not.toContain('f81d4fae');
    expect(await browser.signIn('f81d4fae-ada')).toBe('/');
    expect((await signOn.users.listUsers()).filter(({ name }) => name.startsWith('ada'))).toHaveLength(1);
  });

  it('never becomes a local user of the same name or address', async () => {
    const browser = signOn.newBrowser();
    expect(await browser.signIn('f81d4fae-admin')).toBe('/');
    expect(await (await browser.ask('GET', 'auth/me')).json()).toMatchObject({ user: 'admin (sso)', role: 'operator' });
    expect((await browser.ask('GET', 'users')).status).toBe(403);
    expect(await signOn.users.logIn('admin', TEST_PASSWORD)).toBe(200);
    expect(await signOn.users.logIn('admin (sso)', TEST_PASSWORD)).toBe(401);
  });

  it('is refused without a group that has a role, whose name must be exact', async () => {
    const browser = signOn.newBrowser();
    expect(await browser.signIn('f81d4fae-eve')).toBe('/login?sso=no-role');
    expect(await signOn.userNamed('eve')).toBeUndefined();
    expect((await browser.ask('GET', 'auth/me')).status).toBe(401);
  });

  it('gives the highest role of the groups', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-max');
    expect(await (await browser.ask('GET', 'auth/me')).json()).toMatchObject({ role: 'admin' });
  });

  it('in two browsers at the same time registers one user', async () => {
    const paths = await Promise.all([
      signOn.newBrowser().signIn('f81d4fae-kim'),
      signOn.newBrowser().signIn('f81d4fae-kim'),
    ]);
    expect(paths).toEqual(['/', '/']);
    expect((await signOn.users.listUsers()).filter(({ name }) => name.startsWith('kim'))).toHaveLength(1);
  });
});

describe('the answer of the issuer', () => {
  it('is accepted only in the browser in which the sign-in began', async () => {
    const answer = await signOn.newBrowser().answerFor('f81d4fae-ada');
    const other = signOn.newBrowser();
    expect((await other.openUrl(answer)).headers.get('location')).toBe('/login?sso=expired');
    await other.answerFor('f81d4fae-ada');
    expect((await other.openUrl(answer)).headers.get('location')).toBe('/login?sso=expired');
    expect((await other.ask('GET', 'auth/me')).status).toBe(401);
  });

  it('is accepted once, even with the cookie of the sign-in', async () => {
    const browser = signOn.newBrowser();
    const answer = await browser.answerFor('f81d4fae-ada');
    const cookie = browser.cookieHeader();
    const send = (): Promise<Response> => fetch(answer, { headers: { cookie }, redirect: 'manual' });
    expect((await send()).headers.get('location')).toBe('/');
    expect((await send()).headers.get('location')).toMatch(/^\/login\?sso=(expired|rejected)$/);
  });

  it('is refused with another state, with a state twice, without a code, and with an unknown one', async () => {
    for (const [pattern, text] of [
      [/state=[^&]+/, 'state=another'],
      [/state=([^&]+)/, 'state=$1&state=$1'],
      [/code=[^&]+/, ''],
      [/code=[^&]+/, 'code=unknown'],
      [/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'],
      [/iss=[^&]+/, ''],
    ] as const) {
      const browser = signOn.newBrowser();
      const answer = await browser.answerFor('f81d4fae-ada');
      const response = await browser.openUrl(answer.replace(pattern, text));
      expect(response.headers.get('location'), text).toMatch(/^\/login\?sso=(expired|rejected)$/);
      expect((await browser.ask('GET', 'auth/me')).status).toBe(401);
    }
  });

  it('can be that the person cancelled', async () => {
    expect(await signOn.newBrowser().signIn('')).toBe('/login?sso=cancelled');
  });

  it('opens no other site and no route of the API afterwards', async () => {
    for (const evil of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/%09/evil.example',
      '/api/v1/auth/me',
    ])
      expect(
        await signOn.newBrowser().signIn('f81d4fae-ada', `?returnUrl=${encodeURIComponent(decodeURIComponent(evil))}`),
      ).toBe('/');
  });

  it('goes to the address of the settings, not to a host that the request names', async () => {
    const response = await signOn.newBrowser().openUrl(`${signOn.api.url}/api/v1/auth/oidc/begin`, {
      headers: { 'x-forwarded-host': 'evil.example' },
    });
    const url = new URL(response.headers.get('location') ?? '');
    expect(url.origin).toBe(signOn.issuer.url);
    expect(url.searchParams.get('redirect_uri')).toBe(`${signOn.api.url}/api/v1/auth/oidc/callback`);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('response_type')).toBe('code');
    const cookie = response.headers.getSetCookie().join();
    expect(cookie).toMatch(
      /^icmpmon_sign_in_[\w-]{12}=[\w-]+; Max-Age=600; Path=\/api\/v1\/auth\/oidc;.*HttpOnly; SameSite=Lax$/,
    );
  });

  it('can come back to each of several tabs, of which a browser keeps the last five', async () => {
    const browser = signOn.newBrowser();
    const first = await browser.answerFor('f81d4fae-ada');
    const second = await browser.answerFor('f81d4fae-ada');
    expect((await browser.openUrl(first)).headers.get('location')).toBe('/');
    expect((await browser.openUrl(second)).headers.get('location')).toBe('/');
    for (let tab = 0; tab < 9; tab += 1) await browser.openUrl(`${signOn.api.url}/api/v1/auth/oidc/begin`);
    expect(browser.cookieNames().filter((name) => name.startsWith('icmpmon_sign_in_'))).toHaveLength(5);
  });
});

describe('the sign-in page', () => {
  it('learns the label, and the address of the settings', async () => {
    const response = await fetch(`${signOn.api.url}/api/v1/auth/options`);
    expect(await response.json()).toEqual({
      singleSignOn: { label: 'Example', url: `${signOn.api.url}/api/v1/auth/oidc/begin` },
    });
  });
});
