import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AuditEntry } from '@icmp-mon/audit/contract';
import type { UserView } from '@icmp-mon/identity/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openByPalette } from './stories/open-by-palette';
import { CHROMIUM, PortalBrowser } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';
import { soon } from './testing/soon';
import { dialogHasFocus, pressInDialog } from './testing/press-in-dialog';

const PASSWORD = 'four other horses at the gate';

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const textOf = (testId: string) => page.getByTestId(testId).innerText();

async function users(): Promise<UserView[]> {
  return (await product.callApi<{ items: UserView[] }>('GET', 'users')).items;
}

// One story by keyboard, in order.
describe.skipIf(!existsSync(CHROMIUM))(`users, keys and tokens in Chromium (needs ${CHROMIUM})`, () => {
  let invitation: string;

  beforeAll(async () => {
    product = await RunningProduct.start({ name: 'access', services: 'given' });
    browser = await PortalBrowser.openDashboard(product.access);
    page = browser.page;
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('creates a user, and shows the invitation once', async () => {
    await openByPalette(page, 'Settings ▸ Users', '/settings/users');
    await page.getByTestId('user-name').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.error').innerText(), soon).toContain('Enter the name');
    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type('operator');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    invitation = await textOf('invitation');
    expect(invitation).toMatch(/\/set-password#iml_[\w-]{43}$/);
    await expect.poll(() => textOf('user-ada'), soon).toContain('invited');
    expect(await browser.inspect('users')).toEqual([]);
    browser.expectAnswer(409);
    await page.getByTestId('user-name').fill('ADA');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').innerText(), soon).toContain('belongs to another user');
  });

  it('changes the role, creates a link, and disables the user on the page of the user', async () => {
    await page.getByRole('link', { name: 'ada', exact: true }).press('Enter');
    await page.getByTestId('role').selectOption('engineer');
    await expect.poll(async () => (await users()).find(({ name }) => name === 'ada')?.role, soon).toBe('engineer');
    await page.getByTestId('create-link').press('Enter');
    invitation = await textOf('password-link');
    expect(await browser.inspect('user')).toEqual([]);
    await page.getByTestId('disable-user').press('Enter');
    await pressInDialog(page);
    await expect.poll(() => textOf('user-state'), soon).toBe('disabled');
    await page.getByTestId('enable-user').press('Enter');
    await expect.poll(() => textOf('user-state'), soon).toBe('invited');
    await page.getByTestId('create-link').press('Enter');
    await expect.poll(() => textOf('password-link'), soon).not.toBe(invitation);
    invitation = await textOf('password-link');
  });

  it('creates an API key with some permissions, and revokes it', async () => {
    await openByPalette(page, 'Settings ▸ Keys', '/settings/keys');
    await page.getByTestId('key-name').fill('graphs');
    await page.getByTestId('limit-key').press('Space');
    await page.getByTestId('permission-targets:read').press('Space');
    await page.getByTestId('issue-key').press('Enter');
    expect(await textOf('issued-key')).toMatch(/^imk_/);
    await expect.poll(() => textOf('key-graphs'), soon).toContain('only targets:read');
    expect(await browser.inspect('keys')).toEqual([]);
    await page.getByRole('button', { name: 'Scope of graphs' }).press('Enter');
    await dialogHasFocus(page);
    await page.getByTestId('scope-text').fill('status=up');
    await page.getByTestId('scope-text').press('Enter');
    await expect.poll(() => textOf('scope-text-error'), soon).toContain('status');
    expect(await browser.inspect('key-scope')).toEqual([]);
    await page.getByTestId('scope-text').fill('customer=acme');
    await page.getByTestId('scope-text').press('Enter');
    await expect.poll(() => textOf('key-graphs'), soon).toContain('only customer=acme');
    await page.getByTestId('key-graphs').getByRole('button', { name: 'Revoke' }).press('Enter');
    await pressInDialog(page);
    await expect.poll(() => textOf('key-graphs'), soon).toContain('revoked');
    await openByPalette(page, 'Settings ▸ Tokens', '/settings/tokens');
    await page.getByTestId('tokens-table').waitFor();
    expect(await browser.inspect('tokens')).toEqual([]);
  });

  it('shows in the audit who changed what, and on the page of the user its history', async () => {
    await openByPalette(page, 'Settings ▸ Audit', '/settings/audit');
    await page.getByTestId('audit-entries').waitFor();
    expect(await browser.inspect('audit')).toEqual([]);
    await page.getByTestId('audit-event').selectOption('UserRoleChanged');
    await page.getByTestId('apply-filter').press('Enter');
    await expect.poll(() => page.url(), soon).toContain('event=UserRoleChanged');
    await expect.poll(() => textOf('event-UserRoleChanged'), soon).toContain('gave the user the role engineer');
    expect(await textOf('event-UserRoleChanged')).toMatch(/role:\s+operator\s+→\s+engineer/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('export-events').press('Enter'),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as AuditEntry)).toMatchObject([
      { event: 'UserRoleChanged', entity: { kind: 'user', name: 'ada' } },
    ]);
    await page.getByTestId('event-UserRoleChanged').getByRole('link', { name: 'ada', exact: true }).press('Enter');
    await page.getByTestId('entity-history').locator('summary').press('Enter');
    await expect.poll(() => textOf('audit-entries'), soon).toContain('disabled the user');
    expect(await browser.inspect('history')).toEqual([]);
  });

  it('signs out everywhere; the new user sets a password and signs in without the pages of administrators', async () => {
    await page.goto('/settings');
    await page.getByTestId('logins').waitFor();
    expect(await browser.inspect('account')).toEqual([]);
    await page.getByTestId('end-all').press('Enter');
    await expect.poll(pathOf, soon).toBe('/login');
    await page.goto(invitation);
    await page.getByTestId('new-password').fill(PASSWORD);
    expect(await browser.inspect('set-password')).toEqual([]);
    await page.getByTestId('repeated-password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf('password-set'), soon).toContain('ada');
    await page.getByTestId('to-login').press('Enter');
    await browser.signIn('ada', PASSWORD);
    await page.getByTestId('truth-line').waitFor();
    await page.goto('/settings');
    await page.getByTestId('settings-tokens').waitFor();
    expect(await page.getByTestId('settings-users').count()).toBe(0);
  });
});
