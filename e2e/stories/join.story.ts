import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentView } from '@icmp-mon/agents/contract';
import { run } from '@icmp-mon/infra/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';
import { plainEnvironment } from '../testing/state-folders';
import { soon } from '../testing/soon';

const NAME = 'fra-1';
const TARGETS = 32;
const root = path.join(mkdtempSync(path.join(tmpdir(), 'icmp-mon-join-e2e-')), 'root');

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
let agent: ChildProcess | undefined;
let line = '';

const paste = (command: string): Promise<string> => run('/bin/sh', ['-c', command], options());
const options = (): object => ({ env: plainEnvironment() });
const progress = () => page.getByTestId('join-progress').innerText();

/** The joined agent, started as the installer explains for machines without systemd. */
function startAgent(): void {
  agent = spawn(path.join(root, 'usr/lib/icmp-mon/icmpmon-agent'), ['run'], {
    env: plainEnvironment(),
    stdio: 'ignore',
  });
}

async function endAgent(): Promise<void> {
  if (agent === undefined || agent.exitCode !== null) return;
  agent.kill('SIGTERM');
  await once(agent, 'exit');
}

async function joined(): Promise<AgentView | undefined> {
  const { items } = await product.callApi<{ items: AgentView[] }>('GET', 'agents');
  return items.find(({ name }) => name === NAME);
}

/** One story, in order, on this machine and below a folder: without packages and without a service. */
export const joinStory = (running: () => RunningProduct) => () => {
  beforeAll(async () => {
    product = running();
    // A hash of agent and target selects the agent: with this many targets the new agent gets some.
    for (let last = 1; last <= TARGETS; last++) {
      await product.callApi('POST', 'targets', { ip: `127.78.0.${last}`, tier: 'fast' });
    }
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
  });

  afterAll(async () => {
    await endAgent();
    await browser?.close();
    rmSync(path.dirname(root), { recursive: true, force: true });
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('is described in the portal by name, region, provider and ranges', async () => {
    await page.goto('/agents');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('join-agent').click();
    await page.getByTestId('join-name').fill('local');
    await page.getByTestId('join-region').fill('eu-central');
    await page.getByTestId('join-provider').fill("carrier 'a' $(id)");
    await page.getByTestId('join-allow').fill('127.0.0.0/99');
    await page.getByTestId('make-command').click();
    await expect.poll(() => page.getByTestId('join-allow-error').innerText(), soon).toContain('127.0.0.0/99');
    await expect.poll(() => page.getByText('An agent local already exists').count(), soon).toBe(1);
    expect(await browser.inspect('join-refused')).toEqual([]);
    await page.getByTestId('join-name').fill(NAME);
    await page.getByTestId('join-allow').fill('127.0.0.0/8, ::1');
    await page.getByTestId('make-command').click();
    await expect.poll(progress, soon).toMatch(/^Waiting for fra-1 to enrol/);
    line = await page.getByTestId('join-command').innerText();
    expect(line).not.toContain('\n');
    expect(await browser.inspect('join-waiting')).toEqual([]);
  });

  it('is installed by the command, and the page shows when it has joined and its first result', async () => {
    const printed = await paste(`${line} --yes --root ${root}`);
    expect(printed).toMatch(/becomes the agent fra-1 \(region eu-central, provider carrier 'a' \$\(id\)\)/);
    startAgent();
    await expect.poll(progress, soon).toMatch(/^fra-1 is connected, first result after [\d.]+ s/);
    expect(await browser.inspect('join-here')).toEqual([]);
    expect(await joined()).toMatchObject({
      region: 'eu-central',
      provider: "carrier 'a' $(id)",
      connection: 'connected',
    });
    await page.getByTestId('join-progress').getByRole('link').click();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).toBe(NAME);
  });

  it('stays the same agent when the command is pasted again', async () => {
    const before = await joined();
    await paste(`${line} --yes --root ${root}`);
    await endAgent();
    startAgent();
    const restarted = async () => (await joined())?.telemetry?.startedAt !== before?.telemetry?.startedAt;
    await expect.poll(restarted, soon).toBe(true);
    expect(await joined()).toMatchObject({ id: before?.id, enrolledAt: before?.enrolledAt });
  });

  it('is removed by the same installer', async () => {
    await endAgent();
    await paste(`sh ${root}/usr/lib/icmp-mon/join.sh --uninstall --yes --root ${root}`);
    expect(existsSync(path.join(root, 'usr/lib/icmp-mon'))).toBe(false);
    expect(existsSync(path.join(root, 'var/lib/icmp-mon-agent'))).toBe(false);
  });
};
