import type { WindowPage } from '@icmp-mon/maintenance/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { soon } from '../testing/soon';

const [INSIDE, OUTSIDE] = ['127.0.4.1', '127.0.4.2'];
const MINUTE_MS = 60_000;

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;

const pathOf = () => new URL(page.url()).pathname;
const mark = (ip: string) => page.getByTestId(`maintenance-${ip}`);
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);

/** By the keyboard, from the plan to the end of a window, and a silence. */
export const maintenanceStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    await product.callApi('POST', 'targets', { ip: INSIDE, tier: 'standard', tags: { rack: 'm1' } });
    await product.callApi('POST', 'targets', { ip: OUTSIDE, tier: 'standard', tags: { rack: 'm2' } });
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await page.goto('/maintenance');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByText('No maintenance is planned').waitFor();
  });

  afterAll(async () => {
    await product.callApi('DELETE', `targets/${INSIDE}`);
    await product.callApi('DELETE', `targets/${OUTSIDE}`);
    await browser?.close();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('is scheduled by the keyboard, with a preview, and faults at their fields', async () => {
    await page.keyboard.press('n');
    await page.getByTestId('window-title').waitFor();
    await expect.poll(() => page.evaluate<string>('document.activeElement.dataset.testid'), soon).toBe('window-title');
    await page.keyboard.type('Line cards');
    await page.keyboard.press('Tab');
    await page.keyboard.type('rack=m1');
    await page.keyboard.press('Escape');
    // From a minute ago in UTC, the zone of the browser: it opens as soon as it is scheduled.
    const nowMs = Date.now();
    await page.getByTestId('window-date').fill(new Date(nowMs - MINUTE_MS).toISOString().slice(0, 10));
    await page.getByTestId('window-start').fill(clock(nowMs - MINUTE_MS));
    await page.getByTestId('window-end').fill(clock(nowMs - MINUTE_MS));
    await page.getByTestId('window-days').fill('0');
    browser.expectAnswer(400);
    await expect.poll(() => page.getByTestId('preview-faults').innerText(), soon).toMatch(/End must be after/);
    browser.expectAnswer(400);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('window-end-error').innerText(), soon).toContain('must be after');
    await page.getByTestId('window-days').fill('1');
    await expect
      .poll(() => page.getByTestId('preview-targets').innerText(), soon)
      .toBe('1 target is in the scope now.');
    expect(await browser.inspect('maintenance-form')).toEqual([]);
    await page.getByTestId('window-days').press('Enter');
    await page.getByTestId('window-state').waitFor();
    await expect.poll(() => page.getByTestId('window-state').getAttribute('data-state'), soon).toBe('open');
    await expect.poll(() => page.getByTestId('window-changes').innerText(), soon).toContain('opened the occurrence');
    expect(await page.getByTestId('window-changes').innerText()).toContain('admin');
    expect(await browser.inspect('maintenance-window')).toEqual([]);
  });

  it('marks its targets in the list without a reload, and no longer when it was ended', async () => {
    const list = await browser.tab('/targets?filter=rack%3D*');
    await list.getByTestId(`maintenance-${INSIDE}`).waitFor();
    expect(await list.getByTestId(`maintenance-${INSIDE}`).innerText()).toContain('Line cards, scheduled by admin');
    expect(await list.getByTestId(`maintenance-${OUTSIDE}`).count()).toBe(0);
    await page.getByTestId('extend-30').press('Enter');
    await expect.poll(() => page.getByTestId('window-changes').innerText(), soon).toContain('extended the occurrence');
    await page.getByTestId('end-now').press('Enter');
    await page.getByTestId('confirm').press('Enter');
    await expect.poll(() => page.getByTestId('window-state').innerText(), soon).toContain('over');
    await expect.poll(() => list.getByTestId(`maintenance-${INSIDE}`).count(), soon).toBe(0);
    await list.close();
  });

  it('silences the targets of a filter by the keyboard, which the page of a target shows', async () => {
    await page.goto('/targets?filter=rack%3Dm1');
    await page.getByTestId(`target-row-${INSIDE}`).waitFor();
    await page.keyboard.press('m');
    await expect.poll(() => page.getByTestId('silence-scope').inputValue(), soon).toBe('rack=m1');
    await expect
      .poll(() => page.getByTestId('silence-scope-count').innerText(), soon)
      .toMatch(/^1 target is in it now/);
    await page.getByTestId('silence-submit').press('Enter');
    await expect.poll(() => page.getByTestId('silence-reason-error').innerText(), soon).toBe('Enter a reason.');
    expect(await browser.inspect('maintenance-silence')).toEqual([]);
    await page.getByTestId('silence-reason').fill('flapping line');
    await page.getByTestId('silence-submit').press('Enter');
    await mark(INSIDE).waitFor();
    await page.goto(`/targets/${INSIDE}`);
    await expect.poll(() => page.getByTestId('detail-maintenance').innerText(), soon).toContain('Silenced until');
    await page.getByTestId('detail-maintenance').press('Enter');
    await expect.poll(pathOf, soon).toMatch(/^\/maintenance\/[0-9a-f-]{36}$/);
  });

  it('shows both in the calendar and in the list, where the silence is lifted', async () => {
    await page.goto('/maintenance?view=month');
    const bars = page.getByTestId('week').getByRole('link', { name: /rack=m1|Line cards/ });
    await expect.poll(() => bars.count(), soon).toBe(2);
    expect(await browser.inspect('maintenance-month')).toEqual([]);
    await page.getByTestId('view-week').press('Enter');
    await page.getByTestId('calendar-heading').waitFor();
    expect(await browser.inspect('maintenance-week')).toEqual([]);
    await page.getByTestId('view-list').press('Enter');
    await page.getByTestId('window-row-Silence: flapping line').waitFor();
    expect(await browser.inspect('maintenance-list')).toEqual([]);
    await page.getByTestId('end-now').press('Enter');
    await page.getByText('No maintenance is planned').waitFor();
    const active = await product.callApi<WindowPage>('GET', 'maintenance');
    expect(active.items).toEqual([]);
    await page.getByTestId('list-past').press('Enter');
    await page.getByTestId('window-row-Line cards').waitFor();
  });
};
