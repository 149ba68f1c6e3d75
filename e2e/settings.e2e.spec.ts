import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, PortalBrowser } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';

const soon = { timeout: 60_000, interval: 200 };

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const options = () => page.getByRole('listbox').getByRole('option').allInnerTexts();

/** Types a text into the palette, and opens the first result when it begins with the given text. */
async function openByPalette(text: string, result: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-text').waitFor();
  await page.keyboard.type(text);
  await expect.poll(async () => (await options())[0]?.startsWith(result), soon).toBe(true);
  await page.keyboard.press('Enter');
}

// One story by keyboard, in order.
describe.skipIf(!existsSync(CHROMIUM))(`the palette in Chromium (needs ${CHROMIUM})`, () => {
  beforeAll(async () => {
    product = await RunningProduct.start({ name: 'settings', services: 'given' });
    for (const name of ['edge-1', 'edge-2']) {
      await product.callApi('POST', 'targets', { ip: `127.0.2.${name.at(-1)}`, tier: 'fast', name });
    }
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await page.goto('/');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('truth-line').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('opens pages, targets and agents, and is in the sheet of shortcuts', async () => {
    await openByPalette('targets', 'Targets');
    await expect.poll(pathOf, soon).toBe('/targets');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('edge-');
    await expect.poll(async () => (await options()).length, soon).toBe(3);
    expect(await options()).toEqual([
      expect.stringMatching(/^127\.0\.2\.1\s+edge-1/),
      expect.stringMatching(/^127\.0\.2\.2\s+edge-2/),
      expect.stringContaining('All 2 targets matching “edge-”'),
    ]);
    expect(await browser.inspect('palette')).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe('127.0.2.2');
    await openByPalette('local', 'local');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe('local');
    await openByPalette('shortcuts', 'Show keyboard shortcuts');
    await expect.poll(() => page.getByRole('dialog').innerText(), soon).toContain('Ctrl+K');
    await page.keyboard.press('Escape');
  });

  it('runs actions, and returns the focus when it closes', async () => {
    await openByPalette('dark', 'Switch to dark theme');
    await expect.poll(() => page.evaluate<string>('document.documentElement.dataset.theme'), soon).toBe('dark');
    await openByPalette('light', 'Switch to light theme');
    await openByPalette('add target', 'Add target');
    await page.getByTestId('target-ip').fill('127.0.2.3');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe('127.0.2.3');
    await page.getByTestId('theme').focus();
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette-text').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0);
    expect(await page.getByTestId('theme').evaluate((button) => button.matches(':focus'))).toBe(true);
  });
});
