import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AgentView } from '@icmp-mon/agents/contract';
import { TestAgent } from '@icmp-mon/probing/agent/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fleetHealthStory, VERSION_MIN } from './stories/fleet-health.story';
import { CHROMIUM, PortalBrowser } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';
import { soon } from './testing/soon';
import { dialogHasFocus, pressInDialog } from './testing/press-in-dialog';

const AGENTS = ['fra-1', 'fra-2', 'fra-3', 'fra-4'];

let product: RunningProduct;
let browser: PortalBrowser;
let page: Page;
const enrolled: TestAgent[] = [];

async function stateOf(name: string): Promise<Partial<AgentView>> {
  const { items } = await product.callApi<{ items: AgentView[] }>('GET', 'agents');
  return items.find((agent) => agent.name === name) ?? {};
}

const focusOn = (name: string) => page.getByTestId(`agent-row-${name}`).getByRole('link').focus();
const chosen = () => page.getByTestId('agents-chosen').innerText();

// One story by keyboard, in order.
const severalAgents = () => {
  beforeAll(async () => {
    const request = { region: 'eu-central', uses: AGENTS.length, validForS: 3_600 };
    const { token, enrolUrl } = await product.callApi<{ token: string; enrolUrl: string }>(
      'POST',
      'enrolment-tokens',
      request,
    );
    const caPem = readFileSync(path.join(product.dir, 'ca/ca.crt'), 'utf8');
    for (const name of AGENTS)
      enrolled.push(await TestAgent.enrolAgent({ enrolUrl, token, caPem, name, region: 'eu-central' }));
    await page.goto('/agents');
    await page.getByTestId('agent-row-fra-4').waitFor();
  });

  afterAll(() => {
    for (const agent of enrolled) agent.close();
  });

  afterEach(() => {
    expect(browser.faults.splice(0), 'errors of the page').toEqual([]);
  });

  it('chooses agents by x, and a range by Shift and x', async () => {
    await focusOn('fra-1');
    await page.keyboard.press('x');
    await expect.poll(chosen, soon).toBe('1 chosen');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await expect.poll(chosen, soon).toBe('3 chosen');
    const box = page.getByTestId('agent-row-fra-2').getByRole('checkbox');
    await box.click({ modifiers: ['Shift'] });
    expect([await box.isChecked(), await chosen()]).toEqual([true, '3 chosen']);
    await focusOn('fra-3');
    await page.keyboard.press('x');
    await expect.poll(chosen, soon).toBe('2 chosen');
    expect(await browser.inspect('agents-chosen')).toEqual([]);
  });

  it('drains them by a job, whose progress the page shows', async () => {
    await page.keyboard.press('d');
    await dialogHasFocus(page);
    await page.getByTestId('several-at-once').fill('0');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('several-at-once-error').innerText(), soon).toContain('from 1 to 100');
    await page.getByTestId('several-at-once').fill('2');
    await page.getByTestId('several-reason').fill('new racks');
    expect(await browser.inspect('agents-drain-dialog')).toEqual([]);
    await page.getByTestId('several-reason').press('Enter');
    await page.getByTestId('drain-job-completed').waitFor();
    await expect.poll(() => page.getByTestId('drain-progress').innerText(), soon).toBe('2 of 2 drained');
    expect(await browser.inspect('agents-drained')).toEqual([]);
    expect(await stateOf('fra-1')).toMatchObject({ state: 'draining', stateReason: 'new racks' });
    expect(await stateOf('fra-4')).toMatchObject({ state: 'active' });
  });

  it('sets the capacity of several, bans several, and states which were not changed', async () => {
    await focusOn('fra-4');
    await page.keyboard.press('x');
    await page.keyboard.press('c');
    await dialogHasFocus(page);
    await page.getByTestId('several-capacity-pps').fill('2000');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await stateOf('fra-4')).capacityPps, soon).toBe(2_000);
    await focusOn('fra-4');
    await page.keyboard.press('x');
    await page.keyboard.press('b');
    await pressInDialog(page, 'several-submit');
    await expect.poll(async () => (await stateOf('fra-4')).state, soon).toBe('banned');
    await focusOn('fra-4');
    await page.keyboard.press('x');
    await page.keyboard.press('e');
    browser.expectAnswer(409);
    await pressInDialog(page, 'several-submit');
    await expect
      .poll(() => page.getByTestId('toast').last().innerText(), soon)
      .toMatch(/0 agents were changed. Not changed: fra-4 \(.*banned/);
    await focusOn('fra-1');
    await page.keyboard.press('x');
    await expect.poll(chosen, soon).toBe('1 chosen');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByTestId('agents-chosen').count(), soon).toBe(0);
  });
};

describe.skipIf(!existsSync(CHROMIUM))(`agents in Chromium (needs ${CHROMIUM})`, () => {
  beforeAll(async () => {
    const environment = { ICMPMON_AGENT_VERSION_MIN: VERSION_MIN };
    product = await RunningProduct.start({ name: 'fleet', services: 'given', environment });
    browser = await PortalBrowser.open(product.access.portalUrl);
    page = browser.page;
    await page.goto('/agents');
    await browser.signIn(product.access.adminUser, product.access.adminPassword);
    await page.getByTestId('agent-row-local').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  describe(
    'that cannot measure, or not reliably',
    fleetHealthStory(() => ({ product, browser })),
  );
  describe('of which several are changed', severalAgents);
});
