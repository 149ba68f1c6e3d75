import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { soon } from '../testing/soon';

let browser: PortalBrowser;
let page: Page;

const textOf = (testId: string) => page.getByTestId(testId).innerText();

const FAILURE = { type: 'about:blank', title: 'Internal error', status: 500, code: 'internal', detail: 'It failed.' };

/** Counts how often the page reads a command. */
function countReads(page: Page): () => number {
  let reads = 0;
  page.on('request', (request) => {
    if (/\/api\/v1\/commands\/[^/]+$/.test(request.url()) && request.method() === 'GET') reads++;
  });
  return () => reads;
}

/** A target is probed now from two agents, by keyboard. */
export const commandsStory = (running: () => { product: RunningProduct; ip: string }) => (): void => {
  beforeAll(async () => {
    browser = await PortalBrowser.openDashboard(running().product.access);
    page = browser.page;
  });

  afterAll(async () => {
    await browser?.close();
  });

  it('begins at the target, shows the answers as they arrive, and the steps of each agent', async () => {
    const { ip } = running();
    await page.goto(`/targets/${ip}`);
    const polls = countReads(page);
    await page.getByTestId('probe-now').press('Enter');
    await page.getByTestId('probe-choice').selectOption('all');
    expect(await browser.inspect('probe')).toEqual([]);
    await page.getByTestId('send-probe').press('Enter');
    await expect.poll(() => textOf('command-state'), soon).toBe('completed');
    expect(await textOf('command-answers')).toBe('2 of 2 answered');
    await page.getByTestId('trail-of-second').press('Enter');
    await expect.poll(() => textOf('trail-lines'), soon).toContain('probe 4: reply after');
    expect(await browser.inspect('console')).toEqual([]);
    // The answers arrived by the stream: the command itself was read once, or again after 5 s.
    expect(polls()).toBeLessThanOrEqual(3);
    await page.getByTestId('open-command').press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(`Ping of ${ip}`);
    expect(await textOf('command-answers')).toBe('2 of 2 answered');
    expect(await browser.inspect('command')).toEqual([]);
    await page.getByTestId('repeat-command').press('Enter');
    await expect.poll(() => textOf('command-state'), soon).toMatch(/requested|running/);
    await page.getByTestId('cancel-command').press('Enter');
    await expect.poll(() => textOf('command-state'), soon).toMatch(/cancelled|completed/);
  });

  it('states a refused parameter at its field, and sends to chosen agents', async () => {
    await page.goto(`/targets/${running().ip}/commands`);
    await page.getByTestId('probe-kind').selectOption('tcp_connect');
    await page.getByTestId('probe-port').fill('https');
    browser.expectAnswer(400);
    await page.getByTestId('probe-port').press('Enter');
    await expect.poll(() => textOf('probe-form'), soon).toContain('must be a whole number from 1 to 65535');
    await page.getByTestId('probe-choice').selectOption('chosen');
    expect(await browser.inspect('probe-refused')).toEqual([]);
    await page.getByTestId('probe-port').fill('9');
    await page.getByTestId('probe-from-second').press('Space');
    await expect.poll(() => page.getByTestId('send-probe').isEnabled(), soon).toBe(true);
    await page.getByTestId('send-probe').press('Enter');
    await expect.poll(() => textOf('command-answers'), soon).toBe('1 of 1 answered');
    expect(await textOf('command-agents')).toMatch(/0 of 1 replied, 100\s%\sloss \(refused\)/);
  });

  it('traces the path now, shows where it breaks, and stores the trace', async () => {
    const { ip } = running();
    await page.goto(`/targets/${ip}`);
    await page.getByTestId('open-path').press('Enter');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(`Path to ${ip}`);
    await page.getByTestId('run-choice').selectOption('all');
    await page.getByTestId('send-run').press('Enter');
    await expect.poll(() => textOf('run-state'), soon).toBe('completed');
    expect(await textOf('path-verdict')).toBe(`Nothing is lost on the way from all 2 agents to ${ip}.`);
    expect(await page.locator('[data-node][data-kind="agent"]').count()).toBe(2);
    expect(await textOf('hops-from-second')).toMatch(/Loss%\s+Snt[^]*0\.0%\s+10/);
    expect(await browser.inspect('path-run')).toEqual([]);
    await page.getByTestId('close-run').press('Enter');
    await expect.poll(() => textOf('path-verdict'), soon).toContain('from all 2 agents');
    await expect.poll(() => page.getByTestId('marks-of-command').locator('svg').count(), soon).toBeGreaterThan(0);
    expect(await browser.inspect('path')).toEqual([]);
  });

  it('is in the history, by target', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await expect.poll(() => textOf('commands-table'), soon).toMatch(/TCP connection[^]*Ping/);
    expect(await browser.inspect('commands')).toEqual([]);
    await browser.whileExpecting(500, async () => {
      await page.route('**/api/v1/commands?*', (route) => route.fulfill({ status: 500, json: FAILURE }));
      // The list is read again, keeps what it shows, and states what failed.
      await page.getByText('The commands could not be loaded').waitFor();
      expect(await textOf('commands-table')).toContain('Ping');
      expect(await browser.inspect('commands-failed')).toEqual([]);
      await page.unroute('**/api/v1/commands?*');
    });
    await page.goto('/commands?target=127.0.0.250');
    await browser.whileExpecting(404, () => page.getByText('The commands could not be loaded').waitFor());
  });

  it('states what failed when a command cannot be read, and reads it again', async () => {
    const { id } = await running().product.callApi<{ id: string }>('POST', 'commands', {
      ...{ kind: 'icmp_ping', target: running().ip, choice: 'all' },
    });
    const read = /\/api\/v1\/commands\/[^/?]+$/;
    await browser.whileExpecting(500, async () => {
      await page.route(read, (route) => route.fulfill({ status: 500, json: FAILURE }));
      // The stream has the command nevertheless.
      await page.goto(`/commands/${id}`);
      await page.getByText('The command could not be loaded').waitFor();
      await expect.poll(() => textOf('command-answers'), soon).toBe('2 of 2 answered');
      expect(await browser.inspect('command-failed')).toEqual([]);
    });
    await page.unroute(read);
    await page.getByRole('button', { name: 'Retry' }).press('Enter');
    await expect.poll(() => page.getByText('The command could not be loaded').count(), soon).toBe(0);
    expect(browser.faults).toEqual([]);
  });
};
