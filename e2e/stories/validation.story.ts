import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { distDir } from '@icmp-mon/infra/testing';
import type { TargetCheckView, TargetChecksView } from '@icmp-mon/status/contract';
import type { TierView } from '@icmp-mon/tiers/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NetworkFaults } from '../testing/network-faults';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import type { ProductWalk } from './product-walk';
import { soon } from '../testing/soon';

const IP = '127.0.8.1';
/** Its port must be closed; its ping is the control probe. */
const CLOSED_IP = '127.0.8.2';
/** Number of the check that must not be answered, in the tier with a ping. */
const CHECK = 2;

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let port: number;
let server: Server | undefined;

async function checkState(): Promise<TargetCheckView['validation']> {
  const { items } = await product.callApi<TargetChecksView>('GET', `targets/${CLOSED_IP}/checks`);
  return items.find(({ check }) => check === CHECK)?.validation ?? null;
}

const status = async (): Promise<string | undefined> => (await checkState())?.status;

/** Opens the port; without one any that is free. Returns how many connections it got. */
async function openPort(at = 0): Promise<() => number> {
  let connections = 0;
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
  }).listen(at, CLOSED_IP);
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  return () => connections;
}

async function closePort(): Promise<void> {
  server?.close();
  await (server?.listening === true && once(server, 'close'));
}

/** Verifies an evidence log by the command line, without the server. */
function verify(file: string): Promise<{ code: number; out: string; err: string }> {
  const client = path.join(distDir, 'apps/client/icmpmon.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [client, 'evidence', 'verify', file], { env: {} }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const textOf = (testId: string) => page.getByTestId(testId).innerText();

/** A target must not answer pings, and does. */
export const validationStory = (opened: () => ProductWalk): void => {
  beforeAll(async () => {
    ({ product, browser, page } = opened());
    const { probeIntervalMs, probeTimeoutMs, agentSelection, verdictRule } = await product.callApi<TierView>(
      'GET',
      'tiers/fast',
    );
    const policy = { probeIntervalMs, probeTimeoutMs, agentSelection, verdictRule };
    const addTier = (name: string, checks: object[]) => product.callApi('POST', 'tiers', { name, ...policy, checks });
    await addTier('silent', [{ type: 'icmp_ping', expect: 'unreachable' }]);
    await product.callApi('POST', 'targets', { ip: IP, tier: 'silent' });
    await openPort();
    await closePort();
    const closed = { type: 'tcp_connect', port, expect: 'unreachable' };
    await addTier('closed', [{ type: 'icmp_ping', expect: 'reachable' }, closed]);
    await product.callApi('POST', 'targets', { ip: CLOSED_IP, tier: 'closed' });
  });

  afterAll(async () => {
    await closePort();
    for (const ip of [IP, CLOSED_IP]) await product.callApi('DELETE', `targets/${ip}`);
    for (const tier of ['silent', 'closed']) await product.callApi('DELETE', `tiers/${tier}?successor=fast`);
  });

  it('records which agent reaches a port that opens, when, and how long the handshake took; closed again, it is as expected', async () => {
    await expect.poll(status, soon).toBe('as_expected');
    const openedMs = Date.now();
    await openPort(port);
    await expect.poll(status, soon).toBe('violated');
    const answer = (await checkState())?.lastAnswer;
    expect(answer).toMatchObject({ agentName: 'local', outcome: 'reply' });
    expect(Date.parse(answer?.at ?? '')).toBeGreaterThanOrEqual(openedMs - 1);
    expect(answer?.rttUs).toBeGreaterThan(0);
    await closePort();
    await expect.poll(status, soon).toBe('as_expected');
  });

  it('exports its evidence log, which the command line verifies offline, and refuses once a line is changed', async () => {
    const response = await product.request('GET', `targets/${CLOSED_IP}/checks/${CHECK}/evidence:export`);
    const text = await response.text();
    const file = path.join(product.dir, 'evidence.ndjson');
    writeFileSync(file, text);
    const whole = await verify(file);
    expect([whole.code, whole.err]).toEqual([0, '']);
    expect(whole.out).toMatch(/violated/);
    writeFileSync(file, text.replace('"agentName":"local"', '"agentName":"other"'));
    const changed = await verify(file);
    expect(changed.code).toBe(1);
    expect(changed.err).toMatch(/The evidence is refused: line \d+/);
  });

  it('is untested while the control probe is not answered', async ({ skip }) => {
    const faults = new NetworkFaults(CLOSED_IP);
    skip(faults.missing !== undefined, faults.missing);
    faults.dropPackets();
    try {
      await expect.poll(checkState, soon).toMatchObject({ status: 'untested', reason: 'no_control' });
    } finally {
      faults.undoAll();
    }
    await expect.poll(status, soon).toBe('as_expected');
  });

  it('is not probed by an agent whose policy file refuses the port, and the page of the agent states so', async () => {
    const connections = await openPort(port);
    await expect.poll(connections, soon).toBeGreaterThan(0);
    const file = path.join(product.dir, 'agent/policy.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}\nports: { tcp_connect: { deny: [${port}] } }\n`);
    try {
      await page.goto('/agents');
      await page.getByTestId('agent-row-local').getByRole('link').press('Enter');
      await expect.poll(() => textOf('agent-policy'), soon).toContain('The port of their check is refused');
      await expect
        .poll(() => textOf('policy-ports.tcp_connect'), soon)
        .toMatch(new RegExp(`every port,\\s+not ${port}`));
      expect(await browser.inspect('agent-policy')).toEqual([]);
      const refusedAt = connections();
      await pause(5_000);
      expect(connections()).toBe(refusedAt);
    } finally {
      writeFileSync(file, before);
    }
    await expect.poll(() => page.getByTestId('agent-policy').innerText(), soon).not.toContain('is refused');
    await closePort();
    await expect.poll(status, soon).toBe('as_expected');
  });

  it('lists the check as violated, by status, with its evidence log', async () => {
    await page.goto('/targets');
    await page.getByTestId('validation').press('Enter');
    // Worst first: the check of the closed port follows.
    const first = () => page.getByTestId('validation-row').first().innerText();
    await expect.poll(first, soon).toMatch(/violated[^]*127\.0\.8\.1[^]*local: reply in/);
    await expect.poll(() => textOf('count-violated'), soon).toMatch(/violated\s*1$/);
    expect(await browser.inspect('validation')).toEqual([]);
    await page.getByTestId('count-untested').press('Enter');
    await expect.poll(() => page.getByRole('main').innerText(), soon).toContain('No checks match');
    await page.getByTestId('count-violated').press('Enter');
    await page.getByRole('link', { name: `Evidence log of ${IP}, icmp_ping` }).press('Enter');
    await expect.poll(() => textOf('evidence-open'), soon).toMatch(/violated[^]*open[^]*an agent got an answer/);
    expect(await browser.inspect('evidence')).toEqual([]);
  });

  it('shows the check at its target, which has no verdicts', async () => {
    await page.getByRole('link', { name: 'Target', exact: true }).press('Enter');
    await expect.poll(() => textOf('target-check'), soon).toMatch(/icmp_ping\s+violated/);
    await expect.poll(() => textOf('detail-status'), soon).toBe('unknown');
    expect(await page.getByRole('main').innerText()).toContain('None: every check of the tier expects no answer.');
    expect(await browser.inspect('target-must-not-answer')).toEqual([]);
  });
};
