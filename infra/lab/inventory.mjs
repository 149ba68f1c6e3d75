import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../output.mjs';
import { CLOSED_TIER, FILTER, TIER, isClosedOf } from './tiers.mjs';

/** @typedef {import('./engine/world.mjs').World} World */
/** @typedef {import('../demo/product.mjs').Api} Api */

const PAGE_ROWS = 500;
const POLL_MS = 500;
const REPORT_MS = 10_000;
const JOB_WITHIN_MS = 120_000;
const FILE_WITHIN_MS = 60_000;

/**
 * Registers the targets with tags for region, site, role and provider; the first target of a site, its router, is the parent of the others.
 * @param {Api} api
 * @param {World} world
 * @param {import('./scenario.mjs').ClosedPorts | null} closed
 */
export async function registerTargets(api, world, closed) {
  const { targets } = world;
  const isClosed = isClosedOf(world, closed);
  const routerOf = new Map(
    targets.filter(({ role }) => role === 'core').map((target) => [target.site?.name, target.ip]),
  );
  const lines = targets.map(({ ip, index, site, region, role, provider }) => ({
    ip,
    tier: isClosed[index] ? CLOSED_TIER : TIER,
    // The role first: lists cut long names off at their end.
    name: `${role}-${index}.${site?.name ?? 'world'}`,
    tags: { region, role, provider, ...(site && { site: site.name }) },
    parents: role === 'core' || site === null ? [] : [routerOf.get(site.name)],
    paused: false,
  }));
  const job = await importLines(api, lines);
  const { changed, unchanged, total } = await ended(api, job.id);
  if (changed + unchanged < total)
    throw new Refusal(`${total - changed - unchanged} of the lab's targets were refused.`);
}

/**
 * @param {Api} api
 * @param {object[]} lines
 */
async function importLines(api, lines) {
  const response = await fetch(`${api.base}/targets:import`, {
    method: 'POST',
    headers: { ...api.headers, 'content-type': 'application/x-ndjson' },
    body: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
    signal: AbortSignal.timeout(FILE_WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(`The lab's targets were refused: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** @param {Api} api */
export async function removeTargets(api) {
  const { count } = await api.call('POST', '/targets:bulk', { filter: FILTER, remove: true, dryRun: true });
  if (count === 0) return;
  const job = await api.call('POST', '/targets:bulk', { filter: FILTER, remove: true, expectedCount: count });
  await ended(api, job.id);
}

/**
 * @param {Api} api
 * @param {string} id
 */
async function ended(api, id) {
  const deadline = performance.now() + JOB_WITHIN_MS;
  for (;;) {
    const job = await api.get(`/bulk-jobs/${id}`);
    if (job.state === 'completed') return job;
    if (job.state === 'failed' || job.state === 'cancelled')
      throw new Refusal(`The job for the lab's targets ${job.state}: ${job.error ?? 'without a reason'}`);
    if (performance.now() > deadline)
      throw new Refusal(`The job for the lab's targets takes more than ${JOB_WITHIN_MS / 1_000} s.`);
    await pause(POLL_MS);
  }
}

/**
 * Waits until the lab's targets are up, at most `withinMs`. Returns how many are.
 * @param {Api} api
 * @param {number} targets
 * @param {number} withinMs
 * @param {{ signal: AbortSignal, report: (line: string) => void }} of
 */
export async function targetsUp(api, targets, withinMs, { signal, report }) {
  const deadline = performance.now() + withinMs;
  let reportAtMs = performance.now() + REPORT_MS;
  for (;;) {
    const { up } = await api.get(`/targets/counts?filter=${encodeURIComponent(FILTER)}`);
    if (up >= targets || performance.now() > deadline) return up;
    if (performance.now() >= reportAtMs) {
      report(`  ${up} of ${targets} targets are up`);
      reportAtMs += REPORT_MS;
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

/**
 * Returns the names of the agents of each target of the lab, by address.
 * @param {Api} api
 * @param {readonly string[]} agents
 * @returns {Promise<Map<string, string[]>>}
 */
export async function readAssignment(api, agents) {
  /** @type {Map<string, string[]>} */
  const agentsOf = new Map();
  for (const agent of agents) {
    const filter = encodeURIComponent(`(${FILTER}) AND agent=${agent}`);
    for (let cursor = ''; ;) {
      const page = await api.get(`/targets?filter=${filter}&limit=${PAGE_ROWS}${cursor}`);
      for (const { ip } of page.items) agentsOf.set(ip, [...(agentsOf.get(ip) ?? []), agent]);
      if (page.next === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
  return agentsOf;
}
