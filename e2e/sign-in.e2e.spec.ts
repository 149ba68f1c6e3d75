import { existsSync } from 'node:fs';
import type { CreatedUser } from '@icmp-mon/identity/contract';
import { appCode, type StandInPerson, StandInIssuer } from '@icmp-mon/identity/server/testing';
import { freePort } from '@icmp-mon/platform/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, PortalBrowser } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';
import { soon } from './testing/soon';
import { pressInDialog } from './testing/press-in-dialog';

const PASSWORD = 'four other horses at the gate';
const PEOPLE: StandInPerson[] = [
  { id: 'subject-of-ada', name: 'ada', groups: ['noc'] },
  { id: 'subject-of-eve', name: 'eve', groups: ['staff'] },
];

let product: RunningProduct;
let issuer: StandInIssuer;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const textOf = (testId: string) => page.getByTestId(testId).innerText();
const alert = () => page.getByRole('alert').first().innerText();

async function signOut(): Promise<void> {
  await page.goto('/settings');
  await page.getByTestId('logins').waitFor();
  await page.getByTestId('end-all').press('Enter');
  await expect.poll(pathOf, soon).toBe('/login');
}

/** Returns the test id of the element that has the focus. */
const focused = (): Promise<string> => page.evaluate<string>('document.activeElement?.dataset.testid ?? ""');
/** Returns the secret that the page shows. */
const shownSecret = async (): Promise<string> => (await textOf('second-factor-secret')).replaceAll(' ', '');

// One story by keyboard, in order.
describe.skipIf(!existsSync(CHROMIUM))(`signing in in Chromium (needs ${CHROMIUM})`, () => {
  let secret = '';
  let recoveryCodes: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    const portalUrl = `http://127.0.0.1:${port}`;
    issuer = await StandInIssuer.start({
      ...{ port: 0, clientId: 'icmp-mon', clientSecret: 's3cret', portalUrl, people: PEOPLE },
    });
    product = await RunningProduct.start({
      name: 'sign-in',
      services: 'given',
      environment: {
        ICMPMON_API_PORT: String(port),
        ICMPMON_PUBLIC_URL: portalUrl,
        ICMPMON_OIDC_ISSUER: issuer.url,
        ICMPMON_OIDC_CLIENT_ID: 'icmp-mon',
        ICMPMON_OIDC_CLIENT_SECRET: 's3cret',
        ICMPMON_OIDC_SCOPES: 'openid,profile,groups',
        ICMPMON_OIDC_ROLES: 'noc=operator',
        ICMPMON_OIDC_LABEL: 'Example',
        ICMPMON_SECOND_FACTOR_REQUIRED: 'engineer',
      },
    });
    browser = await PortalBrowser.open(product.access.portalUrl);
    browser.otherOrigins.add(issuer.url);
    page = browser.page;
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await issuer?.stop();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('goes to the issuer and returns to the page that was asked for, signed in', async () => {
    await page.goto('/settings');
    await page.getByTestId('single-sign-on').waitFor();
    expect(await textOf('single-sign-on')).toBe('Sign in with Example');
    expect(await browser.inspect('login-issuer')).toEqual([]);
    await page.getByTestId('single-sign-on').press('Enter');
    await page.getByRole('button', { name: 'ada' }).press('Enter');
    await page.getByTestId('second-factor-state').waitFor();
    expect(page.url()).toBe(`${product.access.portalUrl}/settings`);
    expect(await page.getByRole('heading', { name: 'Account' }).count()).toBeGreaterThan(0);
    await page.reload();
    await expect.poll(() => page.locator('icm-second-factor').innerText(), soon).toContain('single sign-on');
    await expect.poll(() => page.getByTestId('current-password').count(), soon).toBe(0);
  });

  it('signs out at the issuer, too, which then asks again', async () => {
    await signOut();
    await page.getByTestId('single-sign-on').press('Enter');
    await page.getByRole('button', { name: 'eve' }).press('Enter');
    await expect.poll(pathOf, soon).toBe('/login');
    expect(await textOf('sign-in-fault')).toContain('None of your groups has a role here');
    expect(await browser.inspect('login-refused')).toEqual([]);
  });

  it('local users still sign in by password, and set up a second factor', async () => {
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('truth-line').waitFor();
    await page.goto('/settings');
    await page.getByTestId('begin-factor').waitFor();
    expect(await browser.inspect('second-factor-off')).toEqual([]);
    browser.expectAnswer(400);
    await page.getByTestId('factor-password').fill('not the password');
    await page.keyboard.press('Enter');
    await expect.poll(alert, soon).toContain('password is wrong');
    await page.getByTestId('factor-password').fill(product.access.adminPassword);
    await page.keyboard.press('Enter');
    await page.getByTestId('second-factor-secret').waitFor();
    secret = await shownSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(await browser.inspect('second-factor-enrolment')).toEqual([]);
    await page.getByTestId('first-code').fill(appCode(secret, -1));
    await page.keyboard.press('Enter');
    recoveryCodes = (await textOf('recovery-codes')).split('\n');
    expect(recoveryCodes).toHaveLength(10);
    await expect.poll(focused, soon).toBe('recovery-codes');
    expect(await browser.inspect('second-factor-codes')).toEqual([]);
    await page.getByTestId('codes-kept').press('Enter');
    await expect.poll(() => textOf('second-factor-state'), soon).toBe('enabled');
    expect(await browser.inspect('second-factor-on')).toEqual([]);
  });

  it('then needs a code after the password', async () => {
    await signOut();
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('login-code').waitFor();
    expect(await page.getByTestId('login-code').getAttribute('autocomplete')).toBe('one-time-code');
    await expect.poll(focused, soon).toBe('login-code');
    await page.getByTestId('login-restart').press('Enter');
    await expect.poll(focused, soon).toBe('login-user');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await expect.poll(focused, soon).toBe('login-code');
    await page.keyboard.type('12345');
    await page.keyboard.press('Enter');
    await expect.poll(alert, soon).toContain('code is wrong');
    expect(await browser.inspect('login-code')).toEqual([]);
    await page.getByTestId('login-code').fill(appCode(secret));
    await page.keyboard.press('Enter');
    await page.getByTestId('truth-line').waitFor();
  });

  it('or a recovery code, and can be disabled with one', async () => {
    await signOut();
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('login-code').fill(recoveryCodes[0].toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByTestId('truth-line').waitFor();
    await page.goto('/settings');
    await expect.poll(() => page.locator('icm-second-factor').innerText(), soon).toContain('9 recovery codes left');
    await page.getByTestId('factor-password').fill(product.access.adminPassword);
    await page.getByTestId('factor-code').fill(recoveryCodes[1]);
    await page.getByTestId('disable-factor').press('Enter');
    await expect.poll(() => textOf('second-factor-state'), soon).toBe('off');
  });

  it('a user whose role requires a second factor sets it up at the sign-in', async () => {
    const { user, link } = await product.callApi<CreatedUser>('POST', 'users', { name: 'max', role: 'engineer' });
    await product.callApi('POST', 'auth/password-link', { token: link.token, newPassword: PASSWORD });
    await signOut();
    await browser.signIn('max', PASSWORD);
    await page.getByTestId('second-factor-secret').waitFor();
    expect(await browser.inspect('login-enrolment')).toEqual([]);
    await page.getByTestId('first-code').fill(appCode(await shownSecret()));
    await page.keyboard.press('Enter');
    await page.getByTestId('recovery-codes').waitFor();
    await page.getByTestId('codes-kept').press('Enter');
    await page.getByTestId('truth-line').waitFor();
    await signOut();
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('truth-line').waitFor();
    await page.goto(`/settings/users/${user.id}`);
    await page.getByTestId('reset-second-factor').press('Enter');
    await pressInDialog(page);
    await expect.poll(() => page.getByTestId('reset-second-factor').count(), soon).toBe(0);
    await page.goto('/settings/users');
    await expect.poll(() => textOf('user-ada'), soon).toContain('single sign-on');
    expect(await browser.inspect('users-ways')).toEqual([]);
  });
});
