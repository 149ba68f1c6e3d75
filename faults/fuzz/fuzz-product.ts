import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rootDir } from '@icmp-mon/infra/testing';
import type { DeadLetterList } from '@icmp-mon/operations/contract';
import type { RunningProduct } from '@icmp-mon/e2e/testing';
import type { Findings } from '../fault';
import { fuzzApi, type FuzzRun } from './schemathesis';

const AGENT = 'agent';
const SETTLE_WITHIN_MS = 120_000;
const SETTLE_EVERY_MS = 1_000;

export interface FuzzOptions {
  seed: number;
  /** Random requests per route and caller. */
  examples: number;
  stateful: boolean;
  printLine(line: string): void;
}

/**
 * Sends right and wrong requests to every route as a viewer, as a browser with a login, and as an administrator; then the jobs that they
 * requested end, no event is a dead letter, and no process was restarted.
 */
export async function fuzzProduct(product: RunningProduct, findings: Findings, options: FuzzOptions): Promise<void> {
  const { seed, examples, stateful, printLine } = options;
  const processes = pidsOf(product);
  // The administrator comes last, because its requests remove users and keys.
  const runs: FuzzRun[] = [
    { caller: 'viewer', headers: await viewerKey(product), seed, examples, stateful },
    { caller: 'browser', headers: await browserLogin(product), seed, examples, stateful: false, paths: '/auth/' },
    { caller: 'admin', headers: bearer(product.access.apiKey), seed, examples, stateful },
  ];
  for (const run of runs) {
    const summary = await fuzzApi(product.access.apiUrl, path.join(rootDir, 'artefacts/fuzzed-api'), run);
    const { routes, tested, requests, seconds, failures, details } = summary;
    printLine(`${run.caller}: ${requests} requests to ${tested} of ${routes} routes in ${seconds} s, seed ${seed}`);
    findings.recordCount(`requests as ${run.caller}`, requests);
    findings.must(`routes tested as ${run.caller}`, tested, routes);
    for (const failure of failures) findings.recordFailure(`${run.caller}: ${failure}`);
    if (details !== '') printLine(details);
  }
  findings.must('processes that were restarted or are not ready', (await disturbed(product, processes)).join(', '), '');
  findings.must('jobs that did not end', await unfinishedJobs(product), 0);
  const { items } = await product.callApi<DeadLetterList>('GET', 'dead-letters');
  findings.must('dead letters', items.map(({ topic, preview }) => `${topic}: ${preview}`).join(', '), '');
}

const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

async function viewerKey(product: RunningProduct): Promise<Record<string, string>> {
  const { key } = await product.callApi<{ key: string }>('POST', 'api-keys', { name: 'fuzz', role: 'viewer' });
  return bearer(key);
}

/** Logs in as a browser does; returns its headers. */
async function browserLogin(product: RunningProduct): Promise<Record<string, string>> {
  const { apiUrl: origin, adminUser: user, adminPassword: password } = product.access;
  const login = await fetch(`${origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  if (!login.ok) throw new Error(`the login returned ${login.status}: ${await login.text()}`);
  const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return { origin, cookie: cookies.join('; ') };
}

function pidsOf(product: RunningProduct): Map<string, number> {
  return new Map(Object.entries(product.access.processes).map(([name, { pid }]) => [name, pid]));
}

/** Returns the processes that were restarted or are not ready, without the agent: an administrator may ban it. */
async function disturbed(product: RunningProduct, before: Map<string, number>): Promise<string[]> {
  const [after, notReady] = [pidsOf(product), await product.notReady()];
  const names = [...before.keys()].filter((name) => name !== AGENT);
  return names.filter((name) => after.get(name) !== before.get(name) || notReady.includes(name));
}

/** Returns how many jobs have not ended after some time. */
async function unfinishedJobs(product: RunningProduct): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += SETTLE_EVERY_MS) {
    const { items } = await product.callApi<{ items: { finishedAt: string | null }[] }>('GET', 'bulk-jobs');
    const unfinished = items.filter(({ finishedAt }) => finishedAt === null).length;
    if (unfinished === 0 || waitedMs >= SETTLE_WITHIN_MS) return unfinished;
    await pause(SETTLE_EVERY_MS);
  }
}
