import { addressKey, rangeTest } from './address.mjs';

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Target} Target */
/** @typedef {import('./world.mjs').Vantage} Vantage */

/**
 * Selects targets: all members that are given must match.
 * @typedef {{ region?: string, provider?: string, site?: string, role?: string, range?: string, ip?: string }} TargetSelector
 */
/** @typedef {{ region?: string, provider?: string, agent?: string }} AgentSelector */

/**
 * A fault of the timeline. Times are seconds after the start of the scenario. Which further members a kind has: `FAULTS`.
 * @typedef {object} Fault
 * @property {number} at
 * @property {number} for
 * @property {string} name
 * @property {FaultKind} fault
 * @property {TargetSelector} [targets] all targets unless set
 * @property {AgentSelector} [agents] all vantage points unless set
 * @property {string[]} [routers]
 * @property {number} [percent]
 * @property {number} [packets] mean length of a burst of lost packets
 * @property {number} [ms]
 * @property {number} [perSecond]
 * @property {number} [downS]
 * @property {number} [upS]
 * @property {number} [port]
 * @property {'open' | 'closed' | 'filtered'} [state]
 */

/** Kinds of faults, with the members that each requires besides `at`, `for`, `targets` and `agents`. Effects: docs/how-to/lab.md. */
export const FAULTS = Object.freeze({
  outage: /** @type {string[]} */ ([]),
  flapping: ['downS', 'upS'],
  loss: ['percent'],
  'loss-burst': ['percent', 'packets'],
  delay: ['ms'],
  jitter: ['ms'],
  reorder: ['percent', 'ms'],
  duplicate: ['percent'],
  'other-address': ['percent'],
  'path-change': ['ms'],
  'rate-limit': ['perSecond'],
  'router-down': ['routers'],
  'router-rate-limit': ['routers', 'perSecond'],
  'router-answers': ['routers', 'percent'],
  'router-loss': ['routers', 'percent'],
  'router-loop': ['routers'],
  port: ['port', 'state'],
  withdrawn: [],
  'uplink-down': [],
});

/** @typedef {keyof typeof FAULTS} FaultKind */

/** A fault with its selectors resolved against a world. */
export class ResolvedFault {
  /**
   * @param {Fault} fault
   * @param {World} world
   */
  constructor(fault, world) {
    this.fault = fault;
    this.fromS = fault.at;
    this.toS = fault.at + fault.for;
    this.vantages = new Set(
      world.vantages.filter((each) => selectsVantage(fault.agents, each)).map(({ index }) => index),
    );
    const patterns = (fault.routers ?? []).map(patternOf);
    const routers = world.routers.filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
    this.routers = new Set(routers.map(({ index }) => index));
    const isInRange = rangeOf(fault.targets);
    this.targets = Uint8Array.from(world.targets, (target) => {
      return isInRange(target) && selectsTarget(fault.targets, target) ? 1 : 0;
    });
  }

  /**
   * Whether the fault concerns packets of the vantage point to the target. `region` is the region that serves the target.
   * @param {Vantage} vantage
   * @param {Target} target
   * @param {string} region
   */
  concerns(vantage, target, region) {
    if (this.targets[target.index] === 0 || !this.vantages.has(vantage.index)) return false;
    const wanted = this.fault.targets?.region;
    return target.site !== null || wanted === undefined || wanted === region;
  }

  /** @param {number} timeS */
  isActive(timeS) {
    if (timeS < this.fromS || timeS >= this.toS) return false;
    if (this.fault.fault !== 'flapping') return true;
    const { downS = 1, upS = 1 } = this.fault;
    return (timeS - this.fromS) % (downS + upS) < downS;
  }

  /** Returns the times at which `isActive` changes, in seconds, in order. */
  get changesS() {
    if (this.fault.fault !== 'flapping') return [this.fromS, this.toS];
    const { downS = 1, upS = 1 } = this.fault;
    const times = [];
    for (let at = this.fromS; at < this.toS; at += downS + upS) times.push(at, Math.min(at + downS, this.toS));
    return times;
  }
}

/**
 * @param {AgentSelector | undefined} selector
 * @param {Vantage} vantage
 */
function selectsVantage({ region, provider, agent } = {}, vantage) {
  return (
    (region ?? vantage.region) === vantage.region &&
    (provider ?? vantage.provider) === vantage.provider &&
    (agent ?? vantage.name) === vantage.name
  );
}

/**
 * The region of an anycast target depends on the vantage point: `concerns` compares it.
 * @param {TargetSelector | undefined} selector
 * @param {Target} target
 */
function selectsTarget({ region, provider, site, role, ip } = {}, target) {
  return (
    (target.site === null || (region ?? target.region) === target.region) &&
    (provider ?? target.provider) === target.provider &&
    (site === undefined || site === target.site?.name) &&
    (role ?? target.role) === target.role &&
    (ip ?? target.ip) === target.ip
  );
}

/**
 * @param {TargetSelector | undefined} selector
 * @returns {(target: Target) => boolean}
 */
function rangeOf(selector) {
  if (selector?.range === undefined) return () => true;
  const test = rangeTest(selector.range);
  return (target) => test(addressKey(target.ip));
}

/**
 * Returns the pattern of a router's name, in which * matches any text.
 * @param {string} text
 */
export function patternOf(text) {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}
