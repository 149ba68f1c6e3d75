import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { TargetPage } from '@icmp-mon/targets/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { dashboardMetrics } from '@icmp-mon/infra/testing';
import { freshAddress, NetworkFaults } from '../testing/network-faults';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { StatusFeed } from './status-feed';

const address = freshAddress();
const faults = new NetworkFaults(address);
const soon = { timeout: 60_000, interval: 200 };

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let feed: StatusFeed;

const statusInList = () => page.getByTestId(`status-${address}`).innerText();
const statusInDetail = () => page.getByTestId('detail-status').innerText();
const statusInApi = async () => (await product.callApi<TargetStatusView>('GET', `targets/${address}/status`)).status;
const lastResultRow = () => page.getByTestId('results-table').locator('tbody tr').first().innerText();
const pathOf = () => new URL(page.url()).pathname;

/** Identity of the loaded page; a reload would change it. */
const loadedAt = () => page.evaluate<number>('performance.timeOrigin');

/** One story, in order: each test continues where the previous one left the portal. */
export const productStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    const { portalUrl } = product.access;
    feed = await StatusFeed.open(product.access, product.topicPrefix);
    browser = await PortalBrowser.open(portalUrl);
    page = browser.page;
  });

  afterAll(async () => {
    faults.undoAll();
    await browser?.close();
    await feed?.close();
  });

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

  it('can be used with the keyboard alone', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await expect.poll(pathOf, soon).toBe('/');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await expect.poll(pathOf, soon).toBe('/targets');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toBe('9 targets');
    await page.keyboard.press('/');
    await page.keyboard.type('127.0.0.');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toMatch(/^8 targets match/);
    expect(new URL(page.url()).search).toBe('?q=127.0.0.');
    await page.keyboard.press('Escape');
    const focused = () => page.evaluate<string | undefined>('document.activeElement?.textContent?.trim()');
    await expect.poll(focused, soon).toMatch(/^127\.0\.0\.\d$/);
    const first = await focused();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    // The focus moves with the next frame; until then the previous row has it.
    const focusMoved = async () => /^127\.0\.0\.\d$/.test((await focused()) ?? '') && (await focused()) !== first;
    await expect.poll(focusMoved, soon).toBe(true);
    const chosen = await focused();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(chosen);
    await page.keyboard.press('?');
    await expect.poll(() => page.getByRole('dialog').innerText(), soon).toContain('Go to Targets');
    expect(await browser.inspect('help')).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0);
    // Back, and `u`, lead to the opened row, with the filter.
    await page.goBack();
    await expect.poll(() => new URL(page.url()).search, soon).toMatch(/^\?q=127\.0\.0\.&row=[\w-]+$/);
    await expect.poll(focused, soon).toBe(chosen);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(chosen);
    await page.keyboard.press('u');
    await expect.poll(focused, soon).toBe(chosen);
    expect(await page.getByTestId('target-filter').inputValue()).toBe('127.0.0.');
  });

  it('finds targets by parts of names and tags, and by a clicked tag', async () => {
    await page.goto('/targets?q=EDGE%20site%3D');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toMatch(/^1 target matches/);
    await page.getByTestId(`target-row-${address}`).getByRole('button', { name: 'Filter by role=edge' }).click();
    await expect.poll(() => page.getByTestId('target-filter').inputValue(), soon).toBe('EDGE site= role=edge');
    const figures = () => page.getByTestId(`target-row-${address}`).innerText();
    await expect.poll(figures, soon).toMatch(/[\d.]+ ms\s+[\d.]+ %/);
    expect(await page.getByTestId(`target-row-${address}`).getByRole('img').getAttribute('aria-label')).toMatch(
      /in (the last|\d+ of the last) 60 min|of the last 60 min/,
    );
  });

  it('accepts a time range as text, shows the time zone, and draws single results over a short span', async () => {
    await page.goto(`/targets/${address}`);
    const words = page.getByTestId('range-text');
    await words.fill('since tomorrow');
    await words.press('Enter');
    await expect.poll(() => page.getByText('Enter a range of 2 minutes to 2 years in the past').count(), soon).toBe(1);
    await words.fill('20m');
    await words.press('Enter');
    await expect.poll(() => new URL(page.url()).search, soon).toBe('?range=20m');
    await expect.poll(() => page.getByRole('heading', { name: 'Round-trip time, last 20 min' }).count(), soon).toBe(1);
    await expect.poll(() => page.getByTestId('agent-key').innerText(), soon).toBe('local');
    await page.keyboard.press('z');
    await expect.poll(() => page.getByTestId('zone').innerText(), soon).toBe('UTC');
    expect(await page.getByTestId('range-zone').innerText()).toBe('UTC');
    const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    await page.goto(`/targets/${address}?from=${minutesAgo(5)}&to=${minutesAgo(0)}`);
    await expect
      .poll(() => page.getByRole('heading', { name: 'Round-trip time, selected span' }).count(), soon)
      .toBe(1);
    const results = () => page.getByTestId('results-table').locator('tbody tr').filter({ hasText: 'reply' }).count();
    await expect.poll(results, soon).toBeGreaterThan(0);
    expect(await browser.inspect('target-span')).toEqual([]);
    await page.getByTestId('zoom-back').click();
    await expect.poll(() => new URL(page.url()).search, soon).toBe('');
    await page.keyboard.press('z');
  });

  it('shows a runbook at the heading of a link', async () => {
    await page.goto('/docs/runbooks/health#dead-letters');
    const heading = page.getByRole('heading', { name: 'Dead letters' });
    await expect.poll(() => heading.count(), soon).toBe(1);
    await expect.poll(() => page.evaluate<string>('document.activeElement?.id'), soon).toBe('dead-letters');
    expect(await browser.inspect('runbook')).toEqual([]);
    await page.getByRole('link', { name: 'positions.md' }).first().click();
    await expect.poll(pathOf, soon).toBe('/docs/runbooks/positions');
  });

  it('opens a pasted link with its filter', async () => {
    await page.goto('/targets?q=site%3Dfra&tier=fast&sort=ip&order=desc');
    await expect.poll(() => page.getByTestId('target-total').innerText(), soon).toMatch(/^1 target matches/);
    expect(await page.getByTestId('target-filter').inputValue()).toBe('site=fra');
    await expect.poll(() => page.getByTestId(`target-row-${address}`).count(), soon).toBe(1);
    await page.goto('/targets?q=nowhere');
    await expect.poll(() => page.getByText('No targets match').count(), soon).toBe(1);
    expect(await browser.inspect('targets-none')).toEqual([]);
  });

  it('shows the agents and their health', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    const row = page.getByTestId('agent-row-local');
    await expect.poll(() => row.innerText(), soon).toMatch(/connected[^]*OK/);
    expect(await browser.inspect('agents')).toEqual([]);
    await row.getByRole('link').click();
    await expect.poll(() => page.getByText('icmp_ping').count(), soon).toBe(1);
    await expect.poll(() => page.locator('canvas').count(), soon).toBeGreaterThan(0);
    expect(await browser.inspect('agent')).toEqual([]);
  });

  it('shows that the product itself is healthy', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    // A disk of the test machine may need attention; the result pipeline must not.
    const pipeline = ['shards', 'publishers', 'agents'].map((part) => `[data-testid=health-${part}][data-state=ok]`);
    await expect.poll(() => page.locator(pipeline.join()).count(), soon).toBe(pipeline.length);
    expect(await browser.inspect('health')).toEqual([]);
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
