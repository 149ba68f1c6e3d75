import { AGENT_TAG } from './agents.mjs';
import { ResolvedFault } from './engine/faults.mjs';

/** @typedef {import('./engine/world.mjs').World} World */
/** @typedef {import('../demo/product.mjs').Api} Api */
/** @typedef {import('./scenario.mjs').ClosedPorts} ClosedPorts */

/** Tier of the lab's targets. */
export const TIER = 'lab';
/** Tier of those with ports that must not answer. */
export const CLOSED_TIER = 'lab-closed';
export const TIERS = [TIER, CLOSED_TIER];
export const FILTER = TIERS.map((tier) => `tier=${tier}`).join(' OR ');
const AGENTS_PER_TARGET = 3;
export const MISSES_TO_FAIL = 2;
export const PROBE_TIMEOUT_MS = 1_000;
/** From the last miss to the status. */
const PIPELINE_MS = 5_000;
const DIVERSITY = 2;

/**
 * @param {World} world
 * @param {number} intervalS
 * @param {number[]} closedPorts
 */
export const tierPolicy = ({ regions, plan }, intervalS, closedPorts = []) => ({
  probeIntervalMs: intervalS * 1_000,
  probeTimeoutMs: PROBE_TIMEOUT_MS,
  checks: [
    { type: 'icmp_ping', expect: 'reachable' },
    ...closedPorts.map((port) => ({ type: 'tcp_connect', port, expect: 'unreachable' })),
  ],
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
 * Creates or replaces the tiers of the lab; the one of closed ports only if there are some.
 * @param {Api} api
 * @param {World} world
 * @param {number} intervalS
 * @param {ClosedPorts | null} closed
 */
export async function defineTiers(api, world, intervalS, closed) {
  await defineTier(api, TIER, tierPolicy(world, intervalS));
  if (closed) await defineTier(api, CLOSED_TIER, tierPolicy(world, intervalS, closed.ports));
}

/**
 * @param {Api} api
 * @param {string} name
 * @param {object} policy
 */
async function defineTier(api, name, policy) {
  const exists = (await api.get(`/tiers/${name}`)) !== null;
  if (exists) await api.call('PUT', `/tiers/${name}`, policy);
  else await api.call('POST', '/tiers', { name, ...policy });
}

/**
 * Returns, by target index, whether the target has ports that must not answer.
 * @param {World} world
 * @param {ClosedPorts | null} closed
 */
export function isClosedOf(world, closed) {
  if (closed === null) return new Uint8Array(world.targets.length);
  return new ResolvedFault({ at: 0, for: 0, name: '', fault: 'port', targets: closed.targets }, world).targets;
}
