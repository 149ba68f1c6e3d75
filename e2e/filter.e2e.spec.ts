import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, PortalBrowser } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';

const soon = { timeout: 60_000, interval: 200 };
const TARGETS = [
  { ip: '127.0.1.1', tier: 'fast', name: 'fra-core-1', tags: { site: 'fra', role: 'core' } },
  { ip: '127.0.1.2', tier: 'fast', name: 'fra-lab-1', tags: { site: 'fra', role: 'lab' } },
  { ip: '127.0.1.3', tier: 'standard', tags: { site: 'am Main' } },
];

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const field = () => page.getByTestId('filter-language');
const options = () => page.getByRole('listbox').getByRole('option').allInnerTexts();
const total = () => page.getByTestId('target-total').innerText();
const filterInUrl = () => new URL(page.url()).searchParams.get('filter');

describe.skipIf(!existsSync(CHROMIUM))(`the filter language in Chromium (needs ${CHROMIUM})`, () => {
  beforeAll(async () => {
    product = await RunningProduct.start({ name: 'filter', services: 'given' });
    for (const target of TARGETS) await product.callApi('POST', 'targets', target);
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await page.goto('/targets');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('target-row-127.0.1.1').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('is completed by the keyboard, and selects targets', async () => {
    await page.keyboard.press('f');
    await page.keyboard.type('si');
    await expect.poll(options, soon).toEqual(['site\ntag']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('=');
    await expect.poll(options, soon).toEqual(['am Main\nvalue', 'fra\nvalue', '*\nvalue']);
    expect(await browser.inspect('filter-completion')).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.type(' AND NOT role=lab');
    await page.keyboard.press('Enter');
    await expect.poll(filterInUrl, soon).toBe('site=fra AND NOT role=lab');
    await expect.poll(total, soon).toMatch(/^1 target matches/);
    expect(await page.getByTestId('target-row-127.0.1.1').count()).toBe(1);
  });

  it('shows a fault at its place, and keeps the list', async () => {
    await field().fill('site=fra AND status=dwn');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('filter-fault').innerText(), soon).toContain('did you mean down?');
    expect(await page.getByTestId('filter-fault').locator('mark').innerText()).toBe('dwn');
    expect(await page.evaluate<string>('getSelection().toString()')).toBe('dwn');
    expect(filterInUrl()).toBe('site=fra AND NOT role=lab');
    expect(await browser.inspect('filter-fault')).toEqual([]);
  });

  it('is in the URL', async () => {
    await page.goto('/targets?filter=site%3D%22am%20Main%22%20OR%20tier%3Dnone');
    await expect.poll(total, soon).toMatch(/^1 target matches/);
    expect(await field().inputValue()).toBe('site="am Main" OR tier=none');
    await field().fill('');
    await page.keyboard.press('Enter');
    await expect.poll(filterInUrl, soon).toBeNull();
  });
});
