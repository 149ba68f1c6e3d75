import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@icmp-mon/platform/testing';
import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { StatusCountsView } from '@icmp-mon/targets/contract';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { CHROMIUM, PortalBrowser, RunningProduct, pidOf } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { type PageReading, readPage } from '../page-reading';

/** A target with an interval of 5 s, besides the starter targets with 15 s. */
const ADDRESS = '127.0.0.10';
const TARGETS = 9;
const PROCESSES = ['projector', 'worker', 'gateway', 'api', 'agent', 'kafka', 'postgres', 'valkey'];
/** The projector runs and owns its shards, but a lock prevents it from storing anything. */
const FAR_BEHIND = 'far behind';
const AT_S = [5, 10, 30];
/** Time by which pages must show that their data are old. */
const SAID_WITHIN_S = 10;
/** Processes whose stop makes data old immediately, not only once agents are missed. */
const MAKES_OLD = ['projector', 'worker', 'api', 'kafka', 'postgres', FAR_BEHIND];
const BACK_WITHIN_MS = 120_000;
const ANSWER_MS = 4_000;

interface Tab {
  name: string;
  page: Page;
  figure: string;
}

/** Stops each process in turn with SIGSTOP, and records what every page and the API show until everything is live again. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  if (!existsSync(CHROMIUM)) {
    findings.recordCount('skipped', `there is no ${CHROMIUM}`);
    return findings;
  }
  const product = await RunningProduct.start({ name: 'stopped', services: 'own' });
  let browser: PortalBrowser | undefined;
  try {
    browser = await PortalBrowser.open(product.access.portalUrl);
    await product.callApi('POST', 'targets', { ip: ADDRESS, tier: 'fast' });
    const tabs = await openTabs(browser, product);
    for (const name of context.short ? PROCESSES.slice(0, 1) : [...PROCESSES, FAR_BEHIND]) {
      await allLive(tabs, product);
      await stopOne(name, product, tabs, findings, context);
    }
  } finally {
    await browser?.close();
    await product.stop();
  }
  return findings;
}

async function openTabs(browser: PortalBrowser, product: RunningProduct): Promise<Tab[]> {
  await browser.page.goto('/login');
  await browser.signIn(product.access.adminUser, product.access.adminPassword);
  await browser.page.getByTestId('truth-line').waitFor();
  const others = [
    { name: 'targets', path: `/targets?q=${ADDRESS}`, figure: `[data-testid="status-${ADDRESS}"]` },
    { name: 'target', path: `/targets/${ADDRESS}`, figure: '.facts .wide dd' },
    { name: 'agents', path: '/agents', figure: '[data-testid=agent-row-local] td:nth-child(3)' },
    { name: 'health', path: '/health', figure: '[data-testid=health-headline]' },
  ];
  const tabs: Tab[] = [{ name: 'dashboard', page: browser.page, figure: '[data-testid=truth-line]' }];
  for (const { name, path, figure } of others) tabs.push({ name, page: await browser.tab(path), figure });
  return tabs;
}

async function allLive(tabs: readonly Tab[], product: RunningProduct): Promise<number> {
  const startedMs = performance.now();
  await eventually(
    async () => {
      for (const { name, page, figure } of tabs) {
        const { mood, band, failures } = await readPage(page, figure);
        if (mood !== 'live' || band !== '' || failures !== '')
          throw new Error(`${name}: ${mood}, ${band}, ${failures}`);
      }
      const { up } = await product.callApi<StatusCountsView>('GET', 'targets/counts');
      if (up !== TARGETS) throw new Error(`${up} of ${TARGETS} targets are up`);
    },
    { withinMs: BACK_WITHIN_MS },
  );
  return (performance.now() - startedMs) / 1_000;
}

async function stopOne(
  name: string,
  product: RunningProduct,
  tabs: readonly Tab[],
  findings: Findings,
  context: FaultContext,
): Promise<void> {
  context.printLine(name === FAR_BEHIND ? 'the projector cannot store: far behind' : `${name} (SIGSTOP)`);
  const resume = name === FAR_BEHIND ? await lockPositions(product) : stop(product, name);
  const startedMs = performance.now();
  try {
    for (const atS of AT_S) {
      await pause(Math.max(0, startedMs + atS * 1_000 - performance.now()));
      const said = await Promise.all(tabs.map(({ page, figure }) => readPage(page, figure)));
      said.forEach((reading, at) => context.printLine(lineOf(atS, tabs[at]?.name ?? '', reading)));
      const answer = await askStatus(product);
      context.printLine(lineOfText(atS, 'api', answer));
      judge(name, atS, said, answer, findings);
    }
  } finally {
    await resume();
  }
  findings.recordCount(`${name}: all live and up after, s`, Math.round((await allLive(tabs, product)) * 10) / 10);
}

/** Stops a process with its descendants (such as PostgreSQL's backends); returns a function that resumes them. */
function stop(product: RunningProduct, name: string): () => Promise<void> {
  const { supervisorPid } = product;
  const first = pidOf(product, name);
  // Otherwise the supervisor would kill and restart the hanging process.
  process.kill(supervisorPid, 'SIGSTOP');
  process.kill(first, 'SIGSTOP');
  const pids = familyOf(first);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of [...pids, supervisorPid]) process.kill(pid, 'SIGCONT');
    return Promise.resolve();
  };
}

/** Returns the process and its descendants, itself first, because a stopped process starts no further ones. */
function familyOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '));
  return [pid, ...children.filter(Boolean).flatMap((child) => familyOf(Number(child)))];
}

/** Blocks all writers of positions, and no reader; returns a function that ends the block. */
async function lockPositions(product: RunningProduct): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: product.access.telemetryDatabaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE shard_position IN EXCLUSIVE MODE');
  return () => client.end();
}

function judge(name: string, atS: number, said: readonly PageReading[], answer: string, findings: Findings): void {
  if (!MAKES_OLD.includes(name)) return;
  const silent = said.filter(({ band, mood }) => band === '' || mood === 'live').length;
  if (atS === SAID_WITHIN_S) findings.must(`${name}: pages without a notice of old data after ${atS} s`, silent, 0);
  if (atS === AT_S.at(-1) && answer.startsWith('up'))
    findings.recordFailure(`${name}: after ${atS} s the API reports ${answer}`);
}

async function askStatus(product: RunningProduct): Promise<string> {
  try {
    const response = await fetch(`${product.access.apiUrl}/api/v1/targets/${ADDRESS}/status`, {
      headers: { authorization: `Bearer ${product.access.apiKey}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) return `${response.status} ${((await response.json()) as { detail?: string }).detail ?? ''}`;
    const { status, reason, asOf } = (await response.json()) as TargetStatusView;
    return `${status}, ${reason}, asOf ${asOf === null ? 'null' : `${Math.round((Date.now() - Date.parse(asOf)) / 1_000)} s ago`}`;
  } catch (error) {
    return `no answer within ${ANSWER_MS / 1_000} s (${error instanceof Error ? error.name : String(error)})`;
  }
}

function lineOf(atS: number, name: string, { band, dot, badge, figure, failures }: PageReading): string {
  const failed = failures === '' ? '' : ` · ${failures}`;
  return lineOfText(atS, name, `[${dot} · health ${badge}] ${band || '–'} · ${figure}${failed}`);
}

const lineOfText = (atS: number, name: string, text: string): string =>
  `${String(atS).padStart(4)} s  ${name.padEnd(9)} ${text}`;
