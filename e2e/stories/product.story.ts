import type { TargetPage } from '@icmp-mon/targets/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dashboardMetrics } from '@icmp-mon/infra/testing';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { currentDataStory } from './current-data.story';
import { navigationStory } from './navigation.story';
import { ProductWalk } from './product-walk';
import { targetStory } from './target.story';
import { validationStory } from './validation.story';
import { soon } from '../testing/soon';

let walk: ProductWalk;
let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let address: string;

const pathOf = () => walk.shownPath();

/** One story, in order: each test continues where the previous one left the portal. */
export const productStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    walk = await ProductWalk.open(running());
    ({ product, browser, page, address } = walk);
  });

  afterAll(() => walk?.close());

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('shows the login page, and rejects a wrong password', async () => {
    await page.goto('/targets?status=down');
    await expect.poll(pathOf, soon).toBe('/login');
    await browser.signIn(product.access.adminUser, 'not the password');
    await expect.poll(() => page.getByRole('alert').innerText(), soon).toMatch(/user name or the password is wrong/);
    expect(pathOf()).toBe('/login');
    expect(await browser.inspect('login')).toEqual([]);
  });

  it('opens the requested page after a login with the right password', async () => {
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await expect.poll(() => pathOf() + new URL(page.url()).search, soon).toBe('/targets?status=down');
    await expect.poll(() => page.getByTestId('chip-down').getAttribute('aria-pressed'), soon).toBe('true');
  });

  it('summarises the state in one line on the dashboard', async () => {
    await page.getByRole('link', { name: 'Dashboard' }).click();
    const truth = () => page.getByTestId('truth-line').innerText();
    await expect.poll(truth, soon).toMatch(/^8 up · 1 of 1 agents · [\d.]+ results\/s · data [\d.]+ m?s old$/);
    await expect.poll(() => page.getByTestId('live-indicator').getAttribute('data-mood'), soon).toBe('live');
    expect(await browser.inspect('dashboard')).toEqual([]);
  });

  const opened = (): ProductWalk => walk;
  targetStory(opened);
  navigationStory(opened);
  currentDataStory(opened);
  describe('a check that must not be answered', () => validationStory(opened));

  it('shows a message for an unknown page, and keeps the selected theme', async () => {
    await page.goto('/nowhere');
    await expect.poll(() => page.getByRole('main').innerText(), soon).toMatch(/\S/);
    expect(await browser.inspect('not-found')).toEqual([]);
    const theme = () => page.evaluate<string>('document.documentElement.dataset.theme');
    await expect.poll(theme, soon).toBe('light');
    await page.getByTestId('theme').click();
    await expect.poll(theme, soon).toBe('dark');
    await page.reload();
    await expect.poll(theme, soon).toBe('dark');
    await page.getByTestId('theme').click();
  });

  it('links from an address that is already a target to that target', async () => {
    await page.goto('/targets');
    await page.getByTestId('add-target').click();
    browser.expectAnswer(409);
    await page.getByTestId('target-ip').fill(address);
    await page.getByTestId('target-submit').click();
    await page.getByTestId('existing-target').click();
    await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0);
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(address);
  });

  it('changes name, tags and tier of a target, and finds it by them', async () => {
    await page.getByTestId('edit-target').click();
    await page.getByTestId('edit-name').fill('Edge Seven');
    await page.getByTestId('edit-tier').selectOption('standard');
    await page.getByTestId('edit-tags').fill('role=edge "place=am Main"');
    expect(await browser.inspect('edit-target')).toEqual([]);
    await page.getByTestId('edit-submit').click();
    await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('Edge Seven');
    expect(await product.callApi('GET', `targets/${address}`)).toMatchObject({
      ...{ name: 'Edge Seven', tier: 'standard', tags: { role: 'edge', place: 'am Main' } },
    });
    const { items } = await product.callApi<TargetPage>('GET', 'targets?q=SEVEN%20%22place=AM%20main%22&position=0');
    expect(items.map(({ ip }) => ip)).toEqual([address]);
    await page.goto('/targets?q=seven%20role%3Dedge');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toMatch(/^1 target matches/);
  });

  it('shows the API as a page', async () => {
    await page.goto('/api/docs');
    await page.getByText('Change members of a target').click();
    await expect.poll(() => page.getByText('application/merge-patch+json').count(), soon).toBeGreaterThan(0);
    expect(await browser.inspect('api')).toEqual([]);
  });

  it('removes a target', async () => {
    await page.goto(`/targets/${address}`);
    // When the stream opens, the page reads the target again: after its removal that would be an error of the page.
    await expect.poll(() => page.getByTestId('live-indicator').getAttribute('data-mood'), soon).toBe('live');
    await page.getByTestId('remove-target').click();
    expect(await page.getByRole('dialog').innerText()).toContain(`Remove ${address}?`);
    await page.getByTestId('confirm').click();
    await expect.poll(pathOf, soon).toBe('/targets');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toBe('8 targets');
    expect((await product.request('GET', `targets/${address}`)).status).toBe(404);
  });

  it('serves every metric that the Grafana dashboards show', async () => {
    const addresses = Object.values(product.access.processes).flatMap(({ opsUrl }) => opsUrl ?? []);
    const served = await Promise.all(addresses.map(async (opsUrl) => (await fetch(`${opsUrl}/metrics`)).text()));
    const families = new Set(served.join('\n').match(/(?<=^# TYPE )\S+/gm));
    expect(dashboardMetrics().filter((name) => !families.has(name))).toEqual([]);
  });

  it('requires a login after signing out', async () => {
    await page.getByTestId('account').click();
    await page.getByTestId('logout').click();
    await expect.poll(pathOf, soon).toBe('/login');
    await page.goto('/agents');
    await expect.poll(pathOf, soon).toBe('/login');
  });
};
