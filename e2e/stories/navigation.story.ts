import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { PortalBrowser } from '../testing/portal-browser';
import type { ProductWalk } from './product-walk';
import { soon } from '../testing/soon';

let walk: ProductWalk;
let browser: PortalBrowser;
let page: Page;
let address: string;

const pathOf = () => walk.shownPath();

/** Keyboard, filters, links and time ranges lead to targets, agents, runbooks and Health. */
export const navigationStory = (opened: () => ProductWalk): void => {
  beforeAll(() => {
    walk = opened();
    ({ browser, page, address } = walk);
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
};
