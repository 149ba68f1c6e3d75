import { netboxAddress, NetboxStandIn } from '@icmp-mon/targets/server/testing';
import type { InventorySource, TargetPage } from '@icmp-mon/targets/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { openByPalette } from './open-by-palette';
import { soon } from '../testing/soon';
import { pressInDialog } from '../testing/press-in-dialog';

const LISTED = ['127.0.5.1', '127.0.5.2', '127.0.5.3'];

let product: RunningProduct;
let netbox: NetboxStandIn;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const textOf = (testId: string) => page.getByTestId(testId).innerText();
const focused = (): Promise<string> => page.evaluate<string>('document.activeElement?.dataset.testid ?? ""');
/** Text of the newest run, once it has ended. */
const endedRun = (state: 'completed' | 'failed') =>
  page.locator(`[data-testid=source-run][data-state=${state}]`).innerText();

async function listed(): Promise<string[]> {
  const { items } = await product.callApi<TargetPage>('GET', 'targets?filter=ip%20IN%20127.0.5.0%2F24&position=0');
  return items.map(({ ip }) => ip).sort();
}

async function sources(): Promise<InventorySource[]> {
  return (await product.callApi<{ items: InventorySource[] }>('GET', 'inventory-sources')).items;
}

const press = (testId: string, key = 'Enter') => page.getByTestId(testId).press(key);

/** One story by keyboard, in order. The product may read sources at loopback addresses. */
export const sourcesStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    netbox = await NetboxStandIn.open();
    netbox.addresses = [
      ...LISTED.map((ip, at) => netboxAddress(at + 1, `${ip}/24`, { dns_name: `edge-${at + 1}.example.net` })),
      netboxAddress(9, '127.0.5.1/32'),
    ];
    browser = await PortalBrowser.openDashboard(product.access);
    page = browser.page;
  });

  afterAll(async () => {
    await browser?.close();
    await netbox?.close();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('shows faults at their fields, of the form and of the server', async () => {
    await openByPalette(page, 'Settings ▸ Sources', '/settings/sources');
    await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('No inventory sources');
    expect(await browser.inspect('sources-empty')).toEqual([]);
    await press('new-source');
    await expect.poll(focused, soon).toBe('source-name');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf('source-name-error'), soon).toBe('Enter a name.');
    await page.keyboard.type('NetBox');
    await page.keyboard.press('Tab');
    await page.keyboard.type('netbox.example.net');
    browser.expectAnswer(400);
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf('source-location-error'), soon).toMatch(/http/);
    expect(await browser.inspect('source-fault')).toEqual([]);
  });

  it('defines it with a dry run, which changes nothing', async () => {
    await page.getByTestId('source-location').fill(netbox.url);
    await page.getByTestId('source-credential').fill(netbox.token);
    await page.getByTestId('source-left').selectOption('remove');
    await press('source-save');
    await expect.poll(() => endedRun('completed'), soon).toContain('4 listed: 3 would be created, 1 refused');
    await page.getByTestId('run-refused').press('Enter');
    await expect.poll(() => textOf('source-run'), soon).toContain('is listed as entry 1 already');
    expect(await browser.inspect('source-dry-run')).toEqual([]);
    expect(await listed()).toEqual([]);
    expect((await sources())[0]).toMatchObject({ name: 'NetBox', isEnabled: false, hasCredential: true });
  });

  it('runs, and links to the line of each entry', async () => {
    await press('run-now');
    await expect.poll(() => endedRun('completed'), soon).toContain('4 listed: 3 created, 1 refused');
    expect(await listed()).toEqual(LISTED);
    await press('run-lines');
    await expect.poll(() => textOf('import-lines-table'), soon).toContain('127.0.5.1');
    await page.goBack();
    await page.getByTestId('source-runs').waitFor();
    expect(await browser.inspect('source-runs')).toEqual([]);
  });

  it('asks for a confirmation when the list has shrunk, and does nothing before', async () => {
    netbox.addresses = netbox.addresses.slice(0, 1);
    await press('run-now');
    await expect
      .poll(() => textOf('run-left'), soon)
      .toContain('2 targets left the list. This is more than one run may');
    expect(await browser.inspect('source-shrunk')).toEqual([]);
    expect(await listed()).toEqual(LISTED);
    await press('confirm-left');
    expect(await page.getByRole('dialog').innerText()).toContain('Confirm that 2 targets left the list?');
    await pressInDialog(page);
    await expect.poll(listed, soon).toEqual(LISTED.slice(0, 1));
    await expect.poll(() => endedRun('completed'), soon).toContain('2 targets left the list and are removed.');
  });

  it('is edited, and shows why a run failed and what to do', async () => {
    await press('edit-source');
    await expect.poll(focused, soon).toBe('source-name');
    await page.getByTestId('source-credential').fill('fedcba9876543210fedcba9876543210fedcba98');
    await page.getByTestId('source-name').fill('NetBox of the lab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe('NetBox of the lab');
    await expect.poll(focused, soon).toBe('edit-source');
    await press('run-now');
    await expect.poll(() => endedRun('failed'), soon).toMatch(/403[\s\S]*token/);
    expect(await browser.inspect('source-failed')).toEqual([]);
    expect(await listed()).toEqual(LISTED.slice(0, 1));
    await page.getByTestId('entity-history').locator('summary').press('Enter');
    await expect.poll(() => textOf('audit-entries'), soon).toMatch(/name:\s+NetBox\s+→\s+NetBox of the lab/);
  });

  it('is removed, its targets stay', async () => {
    await press('remove-source');
    await pressInDialog(page);
    await expect.poll(pathOf, soon).toBe('/settings/sources');
    await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('No inventory sources');
    expect(await listed()).toEqual(LISTED.slice(0, 1));
    await product.callApi('DELETE', `targets/${LISTED[0]}`);
  });

  it('reads a list of Prometheus, too', async () => {
    await press('new-source');
    await page.getByTestId('source-kind').selectOption('http_sd');
    await page.getByTestId('source-name').fill('Prometheus');
    await page.getByTestId('source-location').fill(`${netbox.url}/sd`);
    netbox.interfere = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify([{ targets: ['127.0.5.9:9100', 'no-address:9100'], labels: { job: 'node' } }]));
      return true;
    };
    await press('source-save');
    await expect.poll(() => endedRun('completed'), soon).toContain('2 listed: 1 would be created, 1 refused');
    const [{ id }] = (await sources()) as [InventorySource];
    await product.callApi('DELETE', `inventory-sources/${id}`);
  });
};
