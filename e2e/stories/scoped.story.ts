import { execFile } from 'node:child_process';
import path from 'node:path';
import type { CreatedUser, IssuedApiKey } from '@icmp-mon/identity/contract';
import { distDir } from '@icmp-mon/infra/testing';
import type { TargetPage } from '@icmp-mon/targets/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { soon } from '../testing/soon';
import { typeInPalette } from './open-by-palette';

const PASSWORD = 'four other horses at the gate';
const SCOPE = 'customer=acme';
const OWN = { ip: '127.0.6.1', tier: 'fast', name: 'acme-edge-1', tags: { customer: 'acme', site: 'fra' } };
const FOREIGN = { ip: '127.0.6.101', tier: 'fast', name: 'bolt-edge-1', tags: { customer: 'bolt', site: 'bolthaven' } };
/** Texts that only data of the other customer contain. */
const FOREIGN_TEXTS = ['127.0.6.10', 'bolt'];
const LATER = [
  { ...FOREIGN, ip: '127.0.6.102', name: 'bolt-edge-2' },
  { ...OWN, ip: '127.0.6.2', name: 'acme-edge-2' },
];

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let key: string;
/** Everything that the browser received from the API: answers, and messages of streams. */
const received: string[] = [];

const textOf = (testId: string) => page.getByTestId(testId).innerText();
const palette = () => page.getByRole('listbox').getByRole('option').allInnerTexts();

/** Keeps what the API sends; a stream has no end, so its messages are taken from Chromium. */
async function recordAnswers(): Promise<void> {
  page.on('response', (response) => {
    const isStream = response.headers()['content-type']?.startsWith('text/event-stream');
    if (!response.url().includes('/api/v1/') || isStream) return;
    // The body of an answer is removed when its page is left.
    void response.text().then(
      (text) => received.push(text),
      () => undefined,
    );
  });
  const session = await page.context().newCDPSession(page);
  session.on('Network.eventSourceMessageReceived', ({ data }) => void received.push(data));
  await session.send('Network.enable');
}

/** Runs the command line with the key of the customer. */
function runClient(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], ICMPMON_URL: product.access.portalUrl, ICMPMON_API_KEY: key };
  const file = path.join(distDir, 'apps/client/icmpmon.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** One story of a customer: nothing of another customer reaches the browser. */
export const scopedStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    for (const target of [OWN, FOREIGN]) await product.callApi('POST', 'targets', target);
    const { link } = await product.callApi<CreatedUser>('POST', 'users', {
      name: 'acme',
      role: 'engineer',
      scope: SCOPE,
    });
    await product.callApi('POST', 'auth/password-link', { token: link.token, newPassword: PASSWORD });
    const request = { name: 'acme', role: 'engineer', scope: SCOPE };
    ({ key } = await product.callApi<IssuedApiKey>('POST', 'api-keys', request));
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await recordAnswers();
    await page.goto('/');
    await browser.signIn('acme', PASSWORD);
    await page.getByTestId('truth-line').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    for (const { ip } of [OWN, FOREIGN, ...LATER]) await product.callApi('DELETE', `targets/${ip}`);
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('counts the targets of the customer, and has no pages of agents and Health', async () => {
    await expect.poll(() => textOf('truth-line'), soon).toMatch(/^1 up · data [\d.]+ m?s old$/);
    expect(await textOf('scope')).toContain(SCOPE);
    const rail = await page.getByRole('navigation').first().getByRole('link').allInnerTexts();
    expect(rail.join(' ')).not.toMatch(/Agents|Health/);
    expect(await browser.inspect('scoped-dashboard')).toEqual([]);
  });

  it('lists, searches and completes only what is in the scope', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByTestId(`target-row-${OWN.ip}`).waitFor();
    await expect.poll(() => textOf('target-total'), soon).toBe('1 target');
    await page.keyboard.press('f');
    await page.keyboard.type('site=');
    await expect.poll(palette, soon).toEqual(['fra\n1 target', '*\nvalue']);
    await page.keyboard.press('Escape');
    await page.getByTestId('filter-language').fill('customer=bolt OR status=up OR status=unknown');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf('target-total'), soon).toMatch(/^1 target matches/);
    await page.goto('/targets?q=edge');
    await expect.poll(() => textOf('target-total'), soon).toMatch(/^1 target matches/);
    expect(await browser.inspect('scoped-list')).toEqual([]);
  });

  it('finds nothing else in the palette', async () => {
    await typeInPalette(page, 'edge');
    await expect.poll(async () => (await palette()).join(' '), soon).toContain(OWN.ip);
    expect((await palette()).join(' ')).not.toContain('bolt');
    await page.keyboard.press('Escape');
  });

  it('receives live what is in the scope, and nothing else', async () => {
    await page.goto('/targets');
    await page.getByTestId(`target-row-${OWN.ip}`).waitFor();
    // Until the stream is open, the list is read again, and new rows come without being announced.
    await expect.poll(() => page.getByTestId('live-indicator').getAttribute('data-mood'), soon).toBe('live');
    // The last one is in the scope: when it has arrived, the others would have.
    for (const target of LATER) await product.callApi('POST', 'targets', target);
    // Rows keep their places until the list is sorted again.
    await page.getByTestId('re-sort').press('Enter');
    await page.getByTestId('target-row-127.0.6.2').waitFor();
    await expect.poll(() => textOf('status-127.0.6.2'), soon).toContain('up');
    await expect.poll(() => textOf('target-total'), soon).toBe('2 targets');
    expect(await page.getByRole('main').innerText()).not.toContain('bolt');
  });

  it('opens no target of another customer, and no page that is not limited', async () => {
    const { items } = await product.callApi<TargetPage>('GET', 'targets?filter=customer%3Dbolt&position=0');
    await browser.whileExpecting(404, async () => {
      for (const place of [FOREIGN.ip, items[0]?.id]) {
        await page.goto(`/targets/${place}`);
        await expect.poll(() => page.getByRole('main').innerText(), soon).toMatch(/not a target|no such target/i);
      }
      expect(await browser.inspect('scoped-unknown')).toEqual([]);
      await page.goto('/targets');
    });
    await browser.whileExpecting(403, async () => {
      await page.goto('/agents');
      await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('cannot be limited to your scope');
      expect(await browser.inspect('scoped-agents')).toEqual([]);
      await page.goto('/targets');
    });
  });

  it('is limited in the command line in the same way', async () => {
    const { code, out } = await runClient('targets', 'list', '--all', '--json');
    const ips = out.trim().split('\n').map((line) => (JSON.parse(line) as { ip: string }).ip); // prettier-ignore
    expect({ code, ips: ips.sort() }).toEqual({ code: 0, ips: [OWN.ip, '127.0.6.2'] });
    expect((await runClient('targets', 'count', '--json')).out).toContain('"up": 2');
    expect(await runClient('targets', 'show', FOREIGN.ip)).toMatchObject({ code: 1, out: '' });
    const refused = await runClient('agents', 'list');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('cannot be limited to your scope');
  });

  it('nothing that the browser received is of another customer', () => {
    const own = received.filter((text) => text.includes(OWN.ip));
    expect(own.length).toBeGreaterThan(3);
    // A refusal may repeat the address that the customer asked for.
    const foreign = received.filter((text) => FOREIGN_TEXTS.some((each) => text.includes(each)));
    expect(foreign.filter((text) => !/"status":40[34]/.test(text))).toEqual([]);
  });
};
