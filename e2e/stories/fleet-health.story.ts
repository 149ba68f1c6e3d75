import type { AgentView } from '@icmp-mon/agents/contract';
import type { HealthPart, HealthView } from '@icmp-mon/operations/contract';
import { TestProxy } from '@icmp-mon/platform/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OwnAgent } from '../testing/own-agent';
import type { PortalBrowser } from '../testing/portal-browser';
import type { RunningProduct } from '../testing/running-product';

const soon = { timeout: 180_000, interval: 1_000 };
/** Program that makes the clock of a Node process two hours fast. */
const FAST_CLOCK = `data:text/javascript,const now = Date.now; Date.now = () => now() + 7200000; const Real = Date;
globalThis.Date = class extends Real { constructor(...args) { super(...(args.length === 0 ? [now() + 7200000] : args)); } };`;
/** Minimum version of the product, which no agent has. */
export const VERSION_MIN = '99.0.0';
const TARGETS = 24;

/** The story of what the product states about agents that cannot measure, or not reliably: agents of its own, made so for real. */
export const fleetHealthStory = (running: () => { product: RunningProduct; browser: PortalBrowser }) => () => {
  let product: RunningProduct;
  let browser: PortalBrowser;
  let page: Page;
  const agents: OwnAgent[] = [];
  let cut: OwnAgent;
  const proxy = new TestProxy();

  const agentOf = async (name: string): Promise<AgentView | undefined> =>
    (await product.callApi<{ items: AgentView[] }>('GET', 'agents')).items.find((agent) => agent.name === name);
  const partOf = async (id: string): Promise<HealthPart | undefined> =>
    (await product.callApi<HealthView>('GET', 'health')).parts.find((part) => part.id === id);
  const rowOf = (name: string) => page.getByTestId(`agent-row-${name}`).innerText();
  const itsPageShows = async (name: string, text: RegExp): Promise<void> => {
    await page.goto(`/agents/${(await agentOf(name))?.id}`);
    await expect.poll(() => page.getByRole('main').innerText(), soon).toMatch(text);
  };

  beforeAll(async () => {
    ({ product, browser } = running());
    ({ page } = browser);
    for (let last = 1; last <= TARGETS; last++)
      await product.callApi('POST', 'targets', { ip: `127.79.0.${last}`, tier: 'fast' });
    agents.push(await OwnAgent.start(product, 'no-fping', { ICMPMON_AGENT_FPING_PATH: '/nonexistent/fping' }));
    agents.push(await OwnAgent.start(product, 'fast-clock', { NODE_OPTIONS: `--import=${encodeURI(FAST_CLOCK)}` }));
    cut = await OwnAgent.start(product, 'cut-off');
    agents.push(cut);
  });

  afterAll(async () => {
    for (const agent of agents) await agent.stop();
    for (const name of ['no-fping', 'fast-clock', 'cut-off'])
      await product.callApi('POST', `agents/${(await agentOf(name))?.id}/retire`, { force: true });
    await proxy.stop();
  });

  it('an agent reports, also behind a proxy', async () => {
    await expect.poll(async () => (await agentOf('cut-off'))?.connection, soon).toBe('connected');
    await cut.useGateway(await proxy.start(cut.gatewayUrl));
    await expect.poll(async () => (await agentOf('cut-off'))?.share?.measured ?? 0, soon).toBeGreaterThan(0);
  });

  it('an agent without fping', async () => {
    const state = async () => (await agentOf('no-fping'))?.telemetry?.executors[0]?.state;
    await expect.poll(state, soon).toBe('missing');
    await page.goto('/agents');
    await expect.poll(() => rowOf('no-fping'), soon).toContain('fping');
    await itsPageShows('no-fping', /fping[\s\S]*missing/);
    await expect
      .poll(async () => (await partOf('agents'))?.summary, soon)
      .toContain('an executor is not installed (no-fping)');
    expect((await partOf('agents'))?.advice).toContain('/nonexistent/fping');
  });

  it('an agent whose clock is wrong', async () => {
    const offset = async () => Math.round(((await agentOf('fast-clock'))?.telemetry?.clockOffsetMs ?? 0) / 60_000);
    await expect.poll(offset, soon).toBe(120);
    await expect
      .poll(async () => (await partOf('uncounted'))?.rows.map(({ values }) => values['agent']), soon)
      .toContain('fast-clock');
    await itsPageShows('fast-clock', /(2 h 00|1 h 59) min ahead/);
  });

  it('agents below the minimum version', async () => {
    expect(await agentOf('cut-off')).toMatchObject({ outdated: { versionMin: VERSION_MIN } });
    await page.goto('/agents');
    await expect.poll(() => rowOf('cut-off'), soon).toContain(`outdated (below ${VERSION_MIN})`);
    expect((await partOf('assignment'))?.summary).toContain('below the minimum version');
  });

  it('an agent whose uplink is lost: late, lost, then with a spool that it delivers', async () => {
    await proxy.refuseConnections();
    await expect.poll(async () => (await agentOf('cut-off'))?.connection, soon).toBe('lost');
    await page.goto('/agents');
    await expect.poll(() => rowOf('cut-off'), soon).toMatch(/no report for 1 min/);
    await expect.poll(async () => (await partOf('agents'))?.summary, soon).toContain('lost: cut-off');
    expect(await browser.inspect('fleet-lost')).toEqual([]);
    await proxy.acceptConnections();
    await expect.poll(async () => (await agentOf('cut-off'))?.connection, soon).toBe('connected');
    await expect.poll(async () => (await agentOf('cut-off'))?.telemetry?.spoolOldestS, soon).toBeLessThan(5);
    expect((await agentOf('cut-off'))?.telemetry?.droppedResults).toBe(0);
  });
};
