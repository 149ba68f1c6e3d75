import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { TargetPage } from '@icmp-mon/targets/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import type { ProductWalk } from './product-walk';
import { soon } from '../testing/soon';

let walk: ProductWalk;
let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let address: string;

const statusInList = () => walk.statusInList();
const statusInDetail = () => walk.statusInDetail();
const statusInApi = () => walk.statusInApi();

/** The portal shows whether its data are current: in several tabs, without projector or api, and paused. */
export const currentDataStory = (opened: () => ProductWalk): void => {
  beforeAll(() => {
    walk = opened();
    ({ product, browser, page, address } = walk);
  });

  it('serves ten tabs over one connection, each with its own data, even when the tab that holds the connection is closed', async () => {
    for (const ip of ['127.0.0.1', '127.0.0.2']) await product.callApi('PATCH', `targets/${ip}`, { tier: 'fast' });
    const streams = async () => product.readMetric('api', 'icmpmon_streams_open');
    const paths = [
      `/targets/${address}`,
      '/targets/127.0.0.1',
      '/targets/127.0.0.2',
      '/',
      '/targets',
      '/agents',
      '/health',
    ];
    const tabs = await Promise.all(Array.from({ length: 9 }, (_, at) => browser.tab(paths[at % paths.length])));
    const dot = (tab: Page) => tab.getByTestId('live-indicator').getAttribute('data-mood');
    for (const tab of [page, ...tabs]) await expect.poll(() => dot(tab), soon).toBe('live');
    const answers = await Promise.all(
      [page, ...tabs].map((tab) => tab.evaluate<number>(`fetch('/api/v1/tiers').then((answer) => answer.status)`)),
    );
    expect(answers).toEqual(Array(10).fill(200));
    await expect.poll(streams, soon).toBe(1);
    const rows = (tab: Page) =>
      tab.getByTestId('results-table').locator('tbody tr').filter({ hasText: 'reply' }).first();
    const gainsResults = async (tab: Page) => {
      const before = await rows(tab).innerText();
      await expect.poll(() => rows(tab).innerText(), soon).not.toBe(before);
    };
    await Promise.all(tabs.slice(0, 3).map(gainsResults));

    // All but two of the tabs are closed, possibly the leading one: another one leads, and the others continue without a reload.
    const [first, , third, ...others] = tabs;
    await Promise.all([...others, tabs[1]].map((tab) => tab.close()));
    await page.goto('about:blank');
    for (const tab of [first, third]) await expect.poll(() => dot(tab), soon).toBe('live');
    await Promise.all([first, third].map(gainsResults));
    await expect.poll(streams, soon).toBe(1);
    await third.close();
    await gainsResults(first);
    await first.close();
    await page.goto('/health');
    await expect.poll(() => dot(page), soon).toBe('live');
  });

  it('shows on every page within seconds that targets are not judged, and shows none as up', async () => {
    const { pid } = product.access.processes['projector'] ?? { pid: 0 };
    await page.goto('/');
    await expect.poll(() => page.getByTestId('truth-line').innerText(), soon).toMatch(/^9 up/);
    process.kill(product.supervisorPid, 'SIGSTOP');
    process.kill(pid, 'SIGSTOP');
    const stoppedMs = Date.now();
    try {
      const band = () => page.getByTestId('truth-band').innerText();
      await expect.poll(band, soon).toMatch(/^Statuses are [\d.]+ s old: no projector owns 8 of 8 shards$/);
      await expect.poll(() => page.getByTestId('live-indicator').getAttribute('data-mood'), soon).toBe('late');
      await expect.poll(statusInApi, soon).toBe('unknown');
      const shown = await product.callApi<TargetStatusView>('GET', `targets/${address}/status`);
      expect(shown).toMatchObject({ status: 'unknown', reason: 'not_judged', votes: { up: 0 }, since: shown.asOf });
      const { items, asOf } = await product.callApi<TargetPage>('GET', 'targets?status=unknown&tier=fast');
      expect(items.map(({ ip, reason }) => [ip, reason])).toContainEqual([address, 'not_judged']);
      expect(Date.parse(asOf ?? '')).toBeLessThanOrEqual(stoppedMs);
      expect(await product.callApi<TargetPage>('GET', 'targets?status=up&tier=fast')).toMatchObject({
        items: [],
        total: 0,
      });
      await expect.poll(() => page.getByTestId('health-badge').getAttribute('data-state'), soon).not.toBe('ok');
      expect(await browser.inspect('dashboard-not-judged')).toEqual([]);
      await page.getByRole('link', { name: 'Targets', exact: true }).click();
      await expect.poll(statusInList, soon).toMatch(/^unknown\s+not judged/);
      expect(await browser.inspect('targets-not-judged')).toEqual([]);
      await page.getByTestId(`target-row-${address}`).getByRole('link').click();
      await expect.poll(statusInDetail, soon).toBe('unknown');
      expect(await browser.inspect('target-not-judged')).toEqual([]);
      for (const key of ['a', 'h']) {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        await expect.poll(band, soon).toMatch(/^Statuses are/);
        expect(await browser.inspect(key === 'a' ? 'agents-not-judged' : 'health-not-judged')).toEqual([]);
      }
    } finally {
      process.kill(pid, 'SIGCONT');
      process.kill(product.supervisorPid, 'SIGCONT');
    }
    await expect.poll(() => page.getByTestId('truth-band').count(), soon).toBe(0);
    await expect.poll(statusInApi, soon).toBe('up');
  });

  it('shows since when its data are old when the server does not answer, and keeps showing them', async () => {
    const { pid } = product.access.processes['api'] ?? { pid: 0 };
    await page.goto('/agents');
    await expect.poll(() => page.getByTestId('agent-row-local').innerText(), soon).toMatch(/connected/);
    await expect.poll(() => page.getByTestId('live-indicator').getAttribute('data-mood'), soon).toBe('live');
    process.kill(product.supervisorPid, 'SIGSTOP');
    process.kill(pid, 'SIGSTOP');
    try {
      const band = () => page.getByTestId('truth-band').innerText();
      await expect.poll(band, soon).toMatch(/^Data is .* old: no response from the server since [\d:]{8}$/);
      const failure = page.locator('icm-failure', { hasText: 'The agents could not be loaded' });
      await expect.poll(() => failure.innerText(), soon).toMatch(/could not be loaded\s+since [\d:]{8}/);
      expect(await page.getByTestId('agent-row-local').innerText()).toMatch(/connected/);
      expect(await browser.inspect('agents-cut-off')).toEqual([]);
    } finally {
      process.kill(pid, 'SIGCONT');
      process.kill(product.supervisorPid, 'SIGCONT');
    }
    await expect.poll(() => page.getByTestId('truth-band').count(), soon).toBe(0);
    await expect.poll(() => page.locator('icm-failure').count(), soon).toBe(0);
  });

  it('shows that it is paused', async () => {
    await page.goto('/targets');
    await page.getByTestId('pause').click();
    await expect.poll(() => page.getByTestId('paused').innerText(), soon).toMatch(/^Paused at [\d:]{8}/);
    expect(await browser.inspect('targets-paused')).toEqual([]);
    await page.getByTestId('pause').click();
    await expect.poll(() => page.getByTestId('paused').count(), soon).toBe(0);
  });
};
