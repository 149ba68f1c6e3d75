import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { soon } from '../testing/soon';

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
const pathOf = () => new URL(page.url()).pathname;
const filterInUrl = () => new URL(page.url()).searchParams.get('filter');

export const filterStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    for (const target of TARGETS) await product.callApi('POST', 'targets', target);
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await page.goto('/targets');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('target-row-127.0.1.1').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('is completed by the keyboard, and selects targets', async () => {
    await page.keyboard.press('f');
    await page.keyboard.type('si');
    await expect.poll(options, soon).toEqual(['site\n3 targets']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('=');
    await expect.poll(options, soon).toEqual(['am Main\n1 target', 'fra\n2 targets', '*\nvalue']);
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

  it('offers a search text that is a filter, and shows a target next to the list', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('role=core OR role=lab');
    // Each part of the text that is a filter is offered, too.
    await expect.poll(() => page.getByTestId('filter-offer').innerText(), soon).toContain('role=core OR role=lab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(filterInUrl, soon).toBe('role=core OR role=lab');
    await expect.poll(total, soon).toMatch(/^2 targets match/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('o');
    const inPanel = () => page.getByTestId('target-panel').getByRole('heading', { level: 2 }).first().innerText();
    await expect.poll(inPanel, soon).toMatch(/^127\.0\.1\./);
    const first = await inPanel();
    await page.keyboard.press('j');
    await expect.poll(inPanel, soon).not.toBe(first);
    await expect.poll(() => page.getByTestId('live-chart').locator('canvas').count(), soon).toBeGreaterThan(0);
    expect(await browser.inspect('targets-panel')).toEqual([]);
    // The panel returns in a frame after the window is wide again.
    await page.getByTestId('target-panel').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByTestId('target-panel').count(), soon).toBe(0);
    await page.goBack();
    await expect.poll(() => page.getByTestId('target-panel').count(), soon).toBe(1);
    await page.keyboard.press('Escape');
  });

  it('is saved as a view with the columns of the list', async () => {
    await page.keyboard.press('c');
    await page.getByTestId('column-tag:role').check();
    await page.getByTestId('columns-apply').click();
    await expect.poll(() => page.getByRole('columnheader', { name: 'role' }).count(), soon).toBe(1);
    await page.keyboard.press('v');
    await page.getByTestId('view-name').fill('Core and lab');
    expect(await browser.inspect('targets-views')).toEqual([]);
    await page.getByTestId('view-save').click();
    await expect.poll(() => new URL(page.url()).searchParams.get('view'), soon).not.toBeNull();
    await page.goto(`/targets?view=${new URL(page.url()).searchParams.get('view')}`);
    await expect.poll(filterInUrl, soon).toBe('role=core OR role=lab');
    await expect.poll(() => page.getByRole('columnheader', { name: 'role' }).count(), soon).toBe(1);
    await expect.poll(() => page.getByRole('navigation', { name: 'Breadcrumb' }).innerText(), soon).toContain('Core');
  });

  it('selects targets for a bulk change, which continues after a reload', async () => {
    await page.getByTestId('target-row-127.0.1.1').waitFor();
    await page.keyboard.press('A');
    await expect.poll(() => page.getByTestId('selected').innerText(), soon).toBe('All 2 that match are selected');
    await page.keyboard.press('b');
    await page.getByTestId('bulk-add-tags').fill('rack=7');
    // Enter does nothing while the button is disabled: the form follows its fields in the next frame.
    await expect.poll(() => page.getByTestId('bulk-preview').isEnabled(), soon).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('bulk-sentence').innerText(), soon).toBe('Sets rack=7 on 2 targets.');
    expect(await browser.inspect('targets-bulk')).toEqual([]);
    await page.getByTestId('bulk-start').click();
    await page.getByTestId('bulk-job').waitFor();
    await page.reload();
    await expect.poll(() => page.getByTestId('bulk-job').getAttribute('data-state'), soon).toBe('completed');
    expect(await page.getByTestId('bulk-job').innerText()).toContain('2 changed');
    expect(await browser.inspect('targets-bulk-job')).toEqual([]);
    const { tags } = await product.callApi<{ tags: object }>('GET', 'targets/127.0.1.1');
    expect(tags).toEqual({ site: 'fra', role: 'core', rack: '7' });
  });

  it('shows since when and by whom a target is paused, instead of verdicts', async () => {
    await page.goto('/targets/127.0.1.2');
    await page.getByTestId('edit-target').click();
    await page.getByTestId('edit-paused').check();
    await page.getByTestId('edit-submit').click();
    const since = () => page.getByTestId('paused-since').innerText();
    await expect.poll(since, soon).toMatch(/^since \d{4}-.* by admin; no agent probes it\.$/);
    expect(await page.getByTestId('verdicts-paused').innerText()).toContain('no current verdicts');
    expect(await browser.inspect('target-paused')).toEqual([]);
  });

  it('shows what is stored of a removed target, and links to the target that has its address now', async () => {
    const { id } = await product.callApi<{ id: string }>('GET', 'targets/127.0.1.2');
    await page.getByTestId('remove-target').click();
    await page.getByTestId('confirm').click();
    await expect.poll(pathOf, soon).toBe('/targets');
    await browser.whileExpecting(404, async () => {
      const removal = () => page.getByTestId('removal').innerText();
      await page.goto(`/targets/${id}`);
      await expect.poll(removal, soon).toMatch(/was removed \d{4}-.* by admin\./);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('127.0.1.2');
      expect(await browser.inspect('target-removed')).toEqual([]);
      await page.goto('/targets/127.0.1.2');
      await expect.poll(removal, soon).toMatch(/was removed/);
      await page.getByTestId('register-again').click();
      await page.getByTestId('target-submit').click();
      await page.getByTestId('detail-status').waitFor();
      const successor = pathOf();
      await page.goto(`/targets/${id}`);
      await page.getByTestId('successor').click();
      await expect.poll(pathOf, soon).toBe(successor);
      expect(successor).not.toContain(id);
    });
  });

  it('shows what to do about an address that is not a target', async () => {
    await browser.whileExpecting(404, async () => {
      await page.goto('/targets/127.9.9.9');
      await expect.poll(() => page.getByTestId('unknown-target').innerText(), soon).toContain('No target has this');
      expect(await browser.inspect('target-unknown')).toEqual([]);
      await page.getByTestId('add-unknown').click();
      expect(await page.getByTestId('target-ip').inputValue()).toBe('127.9.9.9');
    });
  });
};
