import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { NetworkFaults } from '../testing/network-faults';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import type { ProductWalk } from './product-walk';
import type { StatusFeed } from './status-feed';
import { soon } from '../testing/soon';

let walk: ProductWalk;
let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let feed: StatusFeed;
let faults: NetworkFaults;
let address: string;

const statusInList = () => walk.statusInList();
const statusInDetail = () => walk.statusInDetail();
const statusInApi = () => walk.statusInApi();
const lastResultRow = () => page.getByTestId('results-table').locator('tbody tr').first().innerText();

/** Identity of the loaded page; a reload would change it. */
const loadedAt = () => page.evaluate<number>('performance.timeOrigin');

/** A target is added, fails, recovers, and cannot be probed. */
export const targetStory = (opened: () => ProductWalk): void => {
  beforeAll(() => {
    walk = opened();
    ({ product, browser, page, feed, faults, address } = walk);
  });

  it('shows an added target as up, without a reload', async () => {
    await page.getByRole('link', { name: 'Targets', exact: true }).click();
    const loaded = await loadedAt();
    await page.getByTestId('add-target').click();
    browser.expectAnswer(400);
    await page.getByTestId('target-ip').fill('127.1');
    await page.getByTestId('target-submit').click();
    await expect.poll(() => page.getByTestId('target-ip-error').or(page.getByRole('alert')).count(), soon).not.toBe(0);
    expect(await browser.inspect('add-target')).toEqual([]);
    await page.getByTestId('target-ip').fill(address);
    await page.getByTestId('target-tier').selectOption('fast');
    await page.getByTestId('target-name').fill('edge-7');
    await page.getByTestId('target-tags').fill('site=fra role=edge');
    await page.getByTestId('target-submit').click();
    await expect.poll(statusInList, soon).toMatch(/^up/);
    expect(await loadedAt()).toBe(loaded);
    expect(await browser.inspect('targets')).toEqual([]);
  });

  it('draws its results as they arrive', async () => {
    await page.getByTestId(`target-row-${address}`).getByRole('link').press('Enter');
    await expect.poll(statusInDetail, soon).toBe('up');
    const results = () => page.getByTestId('results-table').locator('tbody tr').filter({ hasText: 'reply' }).count();
    await expect.poll(results, soon).toBeGreaterThan(0);
    const before = await results();
    await expect.poll(results, soon).toBeGreaterThanOrEqual(before + 2);
    await expect.poll(() => page.getByTestId('live-chart').locator('canvas').count(), soon).toBeGreaterThan(0);
    const { items } = await product.callApi<{ items: ProbeResult[] }>('GET', `targets/${address}/results?limit=5`);
    expect(items[0]).toMatchObject({ outcome: 'reply', agentName: 'local', rttUs: expect.any(Number) });
    expect(await browser.inspect('target-up')).toEqual([]);
  });

  it('shows it as down everywhere when it does not answer', async ({ skip }) => {
    skip(faults.missing !== undefined, faults.missing);
    const before = feed.becameOf(address).length;
    faults.dropPackets();
    await expect.poll(statusInDetail, soon).toBe('down');
    await expect.poll(lastResultRow, soon).toContain('timeout');
    await expect.poll(statusInApi, soon).toBe('down');
    await expect.poll(() => feed.becameOf(address).slice(before), soon).toEqual(['down']);
    expect(await browser.inspect('target-down')).toEqual([]);
    await page.keyboard.press('u');
    await expect.poll(statusInList, soon).toMatch(/^down/);
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await expect.poll(() => page.getByTestId('truth-line').innerText(), soon).toMatch(/^1 down · 8 up/);
    const changes = page.getByTestId('changes-table').locator('tbody tr');
    await expect.poll(() => changes.first().innerText(), soon).toMatch(new RegExp(`down[^]*${address}`));
    expect(await browser.inspect('dashboard-down')).toEqual([]);
  });

  it('shows it as up everywhere when it answers again', async ({ skip }) => {
    skip(faults.missing !== undefined, faults.missing);
    const before = feed.becameOf(address).length;
    await page.getByTestId('changes-table').getByRole('link', { name: address }).first().click();
    await expect.poll(statusInDetail, soon).toBe('down');
    faults.undrop();
    await expect.poll(statusInDetail, soon).toBe('up');
    await expect.poll(statusInApi, soon).toBe('up');
    await expect.poll(() => feed.becameOf(address).slice(before), soon).toEqual(['up']);
  });

  it('shows a probe that the kernel refused as not sent, and reports no target as down because of it', async ({
    skip,
  }) => {
    skip(faults.missing !== undefined, faults.missing);
    const before = feed.becameOf(address).length;
    faults.refuseSends();
    await expect.poll(lastResultRow, soon).toContain('not sent');
    await expect.poll(statusInDetail, soon).toBe('unknown');
    await expect.poll(() => page.getByText("the agents' own kernels refused to send the probes").count(), soon).toBe(1);
    expect(await browser.inspect('target-not-sent')).toEqual([]);
    faults.allow();
    await expect.poll(statusInDetail, soon).toBe('up');
    await expect.poll(() => feed.becameOf(address).slice(before), soon).toEqual(['unknown', 'up']);
  });
};
