import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type { TierView } from '@icmp-mon/tiers/contract';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { soon } from '../testing/soon';
import { typeInPalette } from './open-by-palette';

/** Lines that change a target, create one, and are refused. */
const FILE = {
  ...{ name: 'targets.csv', mimeType: 'text/csv' },
  buffer: Buffer.from('ip,tier,name\n127.0.2.2,fast,edge-two\n127.0.2.4,fast,edge-four\n127.0.2.999,fast,edge-none\n'),
};

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const options = () => page.getByRole('listbox').getByRole('option').allInnerTexts();

const readTier = (name: string): Promise<TierView> => product.callApi('GET', `tiers/${name}`);

/** Types a text into the palette, and opens the first result when it begins with the given text. */
async function openByPalette(text: string, result: string): Promise<void> {
  await typeInPalette(page, text);
  await expect.poll(async () => (await options())[0]?.startsWith(result), soon).toBe(true);
  await page.keyboard.press('Enter');
}

async function previewTier(): Promise<void> {
  await page.getByTestId('preview-tier').press('Enter');
  await expect.poll(() => page.getByTestId('save-tier').isEnabled(), soon).toBe(true);
}

/** One story by keyboard, in order. */
export const settingsStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    for (const name of ['edge-1', 'edge-2']) {
      await product.callApi('POST', 'targets', { ip: `127.0.2.${name.at(-1)}`, tier: 'fast', name });
    }
    browser = await PortalBrowser.openDashboard(product.access);
    page = browser.page;
  });

  afterAll(async () => {
    await browser?.close();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('opens pages, targets and agents, and is in the sheet of shortcuts', async () => {
    await openByPalette('targets', 'Targets');
    await expect.poll(pathOf, soon).toBe('/targets');
    await typeInPalette(page, 'edge-');
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
    await typeInPalette(page, '');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0);
    expect(await page.getByTestId('theme').evaluate((button) => button.matches(':focus'))).toBe(true);
  });

  it('imports a file by keyboard: a fault at its field, a dry run, then the import, which a reload finds again', async () => {
    await openByPalette('import', 'Import targets');
    await expect.poll(pathOf, soon).toBe('/targets/import');
    expect(await browser.inspect('import')).toEqual([]);
    browser.expectAnswer(400);
    await page.getByTestId('import-text').fill('ip,tier,colour\n127.0.2.4,fast,red\n');
    await page.getByTestId('import-dry-run').press('Enter');
    await expect.poll(() => page.getByTestId('import-problem').innerText(), soon).toContain('colour');
    await page.getByTestId('import-file').setInputFiles(FILE);
    await page.getByTestId('import-dry-run').press('Enter');
    const outcomes = () => page.getByRole('group', { name: 'Lines by outcome' }).getByRole('button').allInnerTexts();
    await expect
      .poll(outcomes, soon)
      .toEqual([...['1 refused', '1 would be changed', '1 would be created', '0 unchanged']]);
    const lines = () => page.getByTestId('import-lines-table').locator('tbody').innerText();
    expect(await lines()).toMatch(/^4\s+127\.0\.2\.999\s+ip\s/);
    await page.getByTestId('lines-changed').press('Enter');
    await expect.poll(lines, soon).toMatch(/^2\s+127\.0\.2\.2\s+name:\s+edge-2\s+→\s+edge-two$/);
    expect(await browser.inspect('import-dry-run')).toEqual([]);
    expect((await product.request('GET', 'targets/127.0.2.4')).status).toBe(404);
    await page.getByTestId('import-run').press('Enter');
    const job = () => page.getByTestId('import-job').innerText();
    await expect.poll(job, soon).toContain('Import: completed');
    await page.reload();
    await expect.poll(outcomes, soon).toEqual(['1 refused', '1 changed', '1 created', '0 unchanged']);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('download-refused').press('Enter'),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^line,ip,vrf,column,reason\r\n4,"127\.0\.2\.999",/);
    await page.getByTestId('show-list').press('Enter');
    await expect.poll(pathOf, soon).toBe('/targets');
    await page.keyboard.press('/');
    await page.keyboard.type('edge-four');
    await page.getByTestId('target-row-127.0.2.4').waitFor();
  });

  it('creates a tier by keyboard: faults at their fields, a preview, then the tier', async () => {
    await openByPalette('new tier', 'New tier');
    await page.getByTestId('tier-name').focus();
    await page.keyboard.type('gold');
    await page.getByTestId('tier-timeout').fill('20000');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('tier-timeout-fault').innerText(), soon).toContain('must be shorter');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('tier-timeout');
    await page.getByTestId('tier-timeout').fill('500');
    await previewTier();
    expect(await browser.inspect('tier-preview')).toEqual([]);
    await page.getByTestId('save-tier').press('Enter');
    await expect.poll(pathOf, soon).toBe('/settings/tiers/gold');
    expect(await product.callApi('GET', 'tiers/gold')).toMatchObject({ version: 1, probeTimeoutMs: 500 });
  });

  it('states what was changed meanwhile, and saves the change against the current version', async () => {
    const { version: _1, name: _2, builtIn: _3, targetCount: _4, successor: _5, ...policy } = await readTier('gold');
    await page.getByTestId('tier-interval').fill('7000');
    await product.callApi('PUT', 'tiers/gold', { ...policy, probeTimeoutMs: 700 });
    await previewTier();
    browser.expectAnswer(412);
    await page.getByTestId('save-tier').click();
    await expect.poll(() => page.getByTestId('tier-conflict').innerText(), soon).toContain('timeout 500 ms → 700 ms');
    await page.getByTestId('keep-changes').click();
    await page.getByTestId('tier-timeout').fill('700');
    await previewTier();
    await page.getByTestId('save-tier').click();
    await expect.poll(async () => (await readTier('gold')).version, soon).toBe(3);
    expect(await readTier('gold')).toMatchObject({ probeIntervalMs: 7_000, probeTimeoutMs: 700 });
    const versions = () => page.getByTestId('tier-versions').locator('tbody tr').allInnerTexts();
    await expect.poll(async () => (await versions())[0], soon).toContain('interval 15 s → 7 s');
  });

  it('removes a tier, and names its successor', async () => {
    await product.callApi('PATCH', 'targets/127.0.2.1', { tier: 'gold' });
    await page.goto('/settings/tiers');
    await page.getByTestId('tier-row-gold').waitFor();
    expect(await browser.inspect('tiers')).toEqual([]);
    await page.goto('/settings/tiers/gold/remove');
    await page.getByTestId('successor').selectOption('fast');
    await page.getByTestId('confirm-removal').click();
    await expect.poll(pathOf, soon).toBe('/settings/tiers');
    expect(await readTier('gold')).toMatchObject({ successor: 'fast', targetCount: 1 });
  });
};
