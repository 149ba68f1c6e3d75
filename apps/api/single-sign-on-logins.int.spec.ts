import type { LoggedOut } from '@icmp-mon/identity/contract';
import type { StandInPerson } from '@icmp-mon/identity/server/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SingleSignOnApi } from './testing/single-sign-on-api';
import { TEST_PASSWORD } from './testing/test-api';

const people: StandInPerson[] = [
  { id: 'f81d4fae-ada', name: 'ada', email: 'ada@example.net', groups: ['staff', 'noc'] },
  { id: 'f81d4fae-leo', name: 'leo', groups: ['noc'] },
  { id: 'f81d4fae-kim', name: 'kim', groups: ['noc'] },
];

let signOn: SingleSignOnApi;

beforeAll(async () => {
  signOn = await SingleSignOnApi.start(people);
});
afterAll(() => signOn.stop());

describe('a login by the issuer', () => {
  it('gets the role of today at each renewal, and ends when no group has a role', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-leo');
    const leo = signOn.personOf('f81d4fae-leo');
    leo.groups = ['noc-admins'];
    await signOn.askAgain();
    expect(await (await browser.ask('POST', 'auth/refresh')).json()).toMatchObject({ role: 'admin' });
    expect((await browser.ask('GET', 'users')).status).toBe(200);
    leo.groups = ['staff'];
    await signOn.askAgain();
    expect((await browser.ask('POST', 'auth/refresh')).status).toBe(401);
    expect((await browser.ask('GET', 'auth/me')).status).toBe(401);
    expect(await browser.signIn('f81d4fae-leo')).toBe('/login?sso=no-role');
    const user = await signOn.userNamed('leo');
    expect(user?.logins).toBe(0);
    expect(await signOn.users.eventTypes(user?.id ?? '')).toEqual(['UserRegistered', 'UserRoleChanged']);
    leo.groups = ['noc'];
    expect(await signOn.newBrowser().signIn('f81d4fae-leo')).toBe('/');
    expect(await signOn.userNamed('leo')).toMatchObject({ role: 'operator' });
  });

  it('ends when the issuer no longer knows the person', async () => {
    people.push({ id: 'f81d4fae-tim', name: 'tim', groups: ['noc'] });
    const browser = signOn.newBrowser();
    expect(await browser.signIn('f81d4fae-tim')).toBe('/');
    people.pop();
    await signOn.askAgain();
    expect((await browser.ask('POST', 'auth/refresh')).status).toBe(401);
  });

  it('is refused to a disabled user, and ends immediately when the user is disabled', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-kim');
    const user = await signOn.userNamed('kim');
    expect((await signOn.api.sendRequest(`/api/v1/users/${user?.id}/disable`, { method: 'POST' })).status).toBe(204);
    expect((await browser.ask('GET', 'auth/me')).status).toBe(401);
    expect(await signOn.newBrowser().signIn('f81d4fae-kim')).toBe('/login?sso=disabled');
  });

  it('has no password, no second factor and no role of an administrator here', async () => {
    await signOn.newBrowser().signIn('f81d4fae-ada');
    const user = await signOn.userNamed('ada');
    expect((await signOn.users.setRole(user?.id ?? '', 'admin')).status).toBe(409);
    expect((await signOn.api.postJson(`/api/v1/users/${user?.id}/password-link`, {})).status).toBe(409);
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-ada');
    expect(await (await browser.ask('GET', 'auth/second-factor')).json()).toMatchObject({ isPossible: false });
    expect((await browser.ask('POST', 'auth/second-factor', { password: 'guess' })).status).toBe(409);
    const change = { currentPassword: 'guess', newPassword: 'four other horses at the gate' };
    expect((await browser.ask('PUT', 'auth/password', change)).status).toBe(409);
  });

  it('ends at the issuer, too, after a logout', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-ada');
    const response = await browser.ask('POST', 'auth/logout');
    expect(response.status).toBe(200);
    const { continueAt } = (await response.json()) as LoggedOut;
    const url = new URL(continueAt);
    expect(url.origin).toBe(signOn.issuer.url);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${signOn.api.url}/login`);
    expect(url.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    expect(browser.cookieNames()).toEqual([]);
    expect((await browser.openUrl(continueAt)).status).toBe(200);
    expect((await browser.ask('POST', 'auth/logout')).status).toBe(204);
  });

  it('stores no token of the issuer in clear', async () => {
    await signOn.newBrowser().signIn('f81d4fae-ada');
    const rows = await signOn.api.control.query<{ text: string }>(
      `SELECT encode(grant_box, 'escape') AS text FROM issuer_login`,
    );
    for (const { text } of rows) expect(text).not.toMatch(/eyJ|refreshToken/);
  });

  it('lasts 12 hours unless the issuer confirms it', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-ada');
    const hours = async (): Promise<number> => {
      const { items } = (await (await browser.ask('GET', 'auth/logins')).json()) as {
        items: { isCurrent: boolean; expiresAt: string }[];
      };
      const current = items.find(({ isCurrent }) => isCurrent);
      return (Date.parse(current?.expiresAt ?? '') - Date.now()) / 3_600_000;
    };
    expect(await hours()).toBeCloseTo(12, 0);
    await signOn.api.control.execute(
      `UPDATE login_session SET expires_at = now() + interval '1 hour' WHERE ended_at IS NULL`,
    );
    await signOn.askAgain();
    expect((await browser.ask('POST', 'auth/refresh')).status).toBe(200);
    expect(await hours()).toBeCloseTo(12, 0);
  });
});

// Last: these stop the issuer.
describe('while the issuer does not answer', () => {
  it('logins continue, passwords work, and a sign-in is refused; afterwards it works again', async () => {
    const browser = signOn.newBrowser();
    await browser.signIn('f81d4fae-ada');
    const waiting = signOn.newBrowser();
    const answer = await waiting.answerFor('f81d4fae-ada');
    await signOn.issuer.stop();
    await signOn.askAgain();
    expect((await browser.ask('POST', 'auth/refresh')).status).toBe(200);
    expect(await signOn.users.logIn('admin', TEST_PASSWORD)).toBe(200);
    expect((await waiting.openUrl(answer)).headers.get('location')).toBe('/login?sso=unavailable');
    expect((await browser.ask('POST', 'auth/logout')).status).toBe(200);
    await signOn.restartIssuer();
    expect(await signOn.newBrowser().signIn('f81d4fae-ada')).toBe('/');
  });

  it('refused answers of one address are limited, passwords are not', async () => {
    const paths: (string | null)[] = [];
    for (let time = 0; time < 12; time += 1) {
      const browser = signOn.newBrowser();
      const begun = await browser.openUrl(`${signOn.api.url}/api/v1/auth/oidc/begin`);
      const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
      const forged = `${signOn.api.url}/api/v1/auth/oidc/callback?state=${state}&code=forged&iss=${encodeURIComponent(signOn.issuer.url)}`;
      paths.push((await browser.openUrl(forged)).headers.get('location'));
    }
    expect(paths.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => '/login?sso=rejected'));
    expect(paths.slice(10)).toEqual(['/login?sso=busy', '/login?sso=busy']);
    expect(await signOn.users.logIn('admin', TEST_PASSWORD)).toBe(200);
  });
});
