import { setTimeout as pause } from 'node:timers/promises';
import { withClient } from '../database-client.mjs';
import { Refusal } from '../output.mjs';
import { AGENT_TAG } from './agents.mjs';

/** @typedef {import('./engine/world.mjs').World} World */
/** @typedef {import('../demo/product.mjs').Api} Api */

/** Tier of the lab's targets. */
export const TIER = 'lab';
const FILTER = `tier=${TIER}`;
const AGENTS_PER_TARGET = 3;
const PAGE_ROWS = 500;
const POLL_MS = 500;
const JOB_WITHIN_MS = 120_000;
const MISSES_TO_FAIL = 2;
const PROBE_TIMEOUT_MS = 1_000;
/** From the last miss to the status. */
const PIPELINE_MS = 5_000;
const DIVERSITY = 2;
const FILE_WITHIN_MS = 60_000;

/**
 * @param {World} world
 * @param {number} intervalS
 */
export const tierPolicy = ({ regions, plan }, intervalS) => ({
  probeIntervalMs: intervalS * 1_000,
  probeTimeoutMs: PROBE_TIMEOUT_MS,
  checks: [{ type: 'icmp_ping', expect: 'reachable' }],
  agentSelection: {
    strategy: 'distributed',
    count: AGENTS_PER_TARGET,
    requireTags: AGENT_TAG,
    diversity: diversityOf(regions, plan.providers),
  },
  verdictRule: { missesToFail: MISSES_TO_FAIL, successesToRecover: 1, quorum: 'majority' },
});

/**
 * @param {string[]} regions
 * @param {string[]} providers
 */
const diversityOf = (regions, providers) => ({
  minRegions: Math.min(DIVERSITY, regions.length),
  minProviders: Math.min(DIVERSITY, providers.length),
});

/**
 * Time after which the tier must have reported an outage: the misses in a row, the timeout, and some seconds for the pipeline.
 * @param {number} intervalS
 */
export const neededMsOf = (intervalS) => MISSES_TO_FAIL * intervalS * 1_000 + PROBE_TIMEOUT_MS + PIPELINE_MS;

/**
 * Creates or replaces the tier of the lab.
 * @param {Api} api
 * @param {World} world
 * @param {number} intervalS
 */
export async function defineTier(api, world, intervalS) {
  const exists = (await api.get(`/tiers/${TIER}`)) !== null;
  if (exists) await api.call('PUT', `/tiers/${TIER}`, tierPolicy(world, intervalS));
  else await api.call('POST', '/tiers', { name: TIER, ...tierPolicy(world, intervalS) });
}

/**
 * Registers the targets with tags for region, site, role and provider; the first target of a site, its router, is the parent of the others.
 * @param {Api} api
 * @param {World} world
 */
export async function registerTargets(api, { targets }) {
  const routerOf = new Map(
    targets.filter(({ role }) => role === 'core').map((target) => [target.site?.name, target.ip]),
  );
  const lines = targets.map(({ ip, index, site, region, role, provider }) => ({
    ip,
    tier: TIER,
    name: `${site?.name ?? 'anycast'} ${role} ${index}`,
    tags: { ...AGENT_TAG, region, role, provider, ...(site && { site: site.name }) },
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
 * @param {AbortSignal} signal
 */
export async function targetsUp(api, targets, withinMs, signal) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { up } = await api.get(`/targets/counts?filter=${encodeURIComponent(FILTER)}`);
    if (up >= targets || performance.now() > deadline) return up;
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
    const filter = encodeURIComponent(`${FILTER} AND agent=${agent}`);
    for (let cursor = ''; ;) {
      const page = await api.get(`/targets?filter=${filter}&limit=${PAGE_ROWS}${cursor}`);
      for (const { ip } of page.items) agentsOf.set(ip, [...(agentsOf.get(ip) ?? []), agent]);
      if (page.next === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
  return agentsOf;
}

/**
 * Returns the changes of the statuses of the lab's targets since a time, in order.
 * @param {string} telemetryUrl
 * @param {number} fromMs
 */
export function readChanges(telemetryUrl, fromMs) {
  return withClient(telemetryUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT host(ip) AS ip, to_status AS "to", extract(epoch FROM at)::double precision * 1000 AS "atMs"
       FROM status_change
       WHERE tier = $1 AND at >= to_timestamp($2::double precision / 1000) AND NOT removed AND from_status <> to_status
       ORDER BY at`,
      [TIER, fromMs],
    );
    return /** @type {import('./score.mjs').StatusChange[]} */ (rows);
  });
}
