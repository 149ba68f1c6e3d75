import { flowOf } from './packet.mjs';
import { ROLES } from './world-plan.mjs';

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Target} Target */
/** @typedef {import('./world.mjs').Vantage} Vantage */
/** @typedef {import('./faults.mjs').ResolvedFault} ResolvedFault */
/** @typedef {import('./faults.mjs').FaultKind} FaultKind */
/** @typedef {{ router: number, oneWayMs: number }} Step */

/** Time after which packets use the other one of two equal routers, as after the convergence of a routing protocol, in s. */
export const REROUTE_AFTER_S = 10;
/** Faults during which the target answers nothing. @type {readonly FaultKind[]} */
const CUTS = ['outage', 'flapping'];

/** The faults that are active at one time, which only moves forward in a run. Everything here is a pure function of that time. */
export class Conditions {
  /** @type {ResolvedFault[]} */ active = [];
  /** Routers that are down, and since when in s. @type {Map<number, number>} */ downRouters = new Map();
  /** Indexes of vantage points without uplink. @type {Set<number>} */ cutVantages = new Set();
  timeS = -Infinity;
  untilS = -Infinity;

  /**
   * @param {World} world
   * @param {ResolvedFault[]} faults
   */
  constructor(world, faults) {
    this.world = world;
    this.faults = faults;
    const changes = faults.flatMap(({ changesS, fromS }) => [...changesS, fromS + REROUTE_AFTER_S]);
    /** Times at which anything changes, in order. */
    this.changesS = [...new Set(changes)].sort((a, b) => a - b);
  }

  /** @param {number} timeS */
  moveTo(timeS) {
    if (timeS >= this.timeS && timeS < this.untilS) return;
    this.timeS = timeS;
    this.untilS = this.changesS.find((at) => at > timeS) ?? Infinity;
    this.active = this.faults.filter((fault) => fault.isActive(timeS));
    this.downRouters = new Map();
    this.cutVantages = new Set();
    for (const { fault, routers, vantages, fromS } of this.active) {
      if (fault.fault === 'router-down') for (const router of routers) this.downRouters.set(router, fromS);
      if (fault.fault === 'uplink-down') for (const vantage of vantages) this.cutVantages.add(vantage);
    }
  }

  /**
   * Returns the active faults that concern packets of the vantage point to the target.
   * @param {Vantage} vantage
   * @param {Target} target
   * @param {string} region
   */
  concerning(vantage, target, region) {
    return this.active.filter((fault) => fault.concerns(vantage, target, region));
  }

  /**
   * Returns the region that serves the target: of an anycast target the nearest one that is not withdrawn, null if all are.
   * @param {Vantage} vantage
   * @param {Target} target
   * @returns {string | null}
   */
  servingRegion(vantage, target) {
    if (target.site !== null) return target.region;
    const withdrawn = this.active.filter(({ fault, targets }) => fault.fault === 'withdrawn' && targets[target.index]);
    const left = this.world.regions.filter(
      (region) => !withdrawn.some(({ fault }) => (fault.targets?.region ?? region) === region),
    );
    const distance = (/** @type {string} */ region) => this.world.distanceMs(vantage.region, region);
    return left.reduce((/** @type {string | null} */ best, region) => {
      return best === null || distance(region) < distance(best) ? region : best;
    }, null);
  }

  /**
   * Returns the routers before the target for one flow, and the one-way time to each. A flow uses one of two equal routers; some time after
   * that one fails, the other.
   * @param {Vantage} vantage
   * @param {Target} target
   * @param {string} region
   * @param {number} flow
   */
  routeOf(vantage, target, region, flow) {
    return this.world.paths.pathTo(vantage, target, region).map(({ routers, oneWayMs }) => {
      const chosen = routers[flow % routers.length];
      const downSinceS = this.downRouters.get(chosen);
      const isAvoided = downSinceS !== undefined && this.timeS >= downSinceS + REROUTE_AFTER_S;
      const other = isAvoided ? routers.find((router) => !this.downRouters.has(router)) : undefined;
      return { router: other ?? chosen, oneWayMs };
    });
  }

  /**
   * Adds one more router after the first for each active detour.
   * @param {Vantage} vantage
   * @param {Step[]} steps
   * @param {ResolvedFault[]} concerning
   * @returns {Step[]}
   */
  withDetours(vantage, steps, concerning) {
    const detours = concerning.filter(({ fault }) => fault.fault === 'path-change');
    if (detours.length === 0) return steps;
    const router = this.world.detourOf(vantage);
    const [{ oneWayMs }] = steps;
    return [steps[0], ...detours.map(() => ({ router, oneWayMs })), ...steps.slice(1)];
  }

  /**
   * Whether packets of a flow, unless given that of echo requests, get no answer although the uplink works.
   * @param {Vantage} vantage
   * @param {Target} target
   */
  isCut(vantage, target, flow = echoFlowOf(vantage, target)) {
    const region = this.servingRegion(vantage, target);
    if (region === null) return true;
    if (target.site !== null && target.role === 'core' && this.downRouters.has(target.site.router)) return true;
    if (this.downRouters.size > 0) {
      const route = this.routeOf(vantage, target, region, flow);
      if (route.some(({ router }) => this.downRouters.has(router))) return true;
    }
    return this.active.some((each) => CUTS.includes(each.fault.fault) && each.concerns(vantage, target, region));
  }

  /**
   * @param {ResolvedFault[]} concerning
   * @param {Target} target
   * @param {number} port
   * @returns {'open' | 'closed' | 'filtered'}
   */
  portState(concerning, target, port) {
    const scripted = concerning.findLast(({ fault }) => fault.fault === 'port' && fault.port === port);
    const { open, others } = ROLES[target.role];
    return scripted?.fault.state ?? (open.includes(port) ? 'open' : others);
  }
}

/**
 * @param {Vantage} vantage
 * @param {Target} target
 */
const echoFlowOf = (vantage, target) => flowOf(vantage.keys[target.ip.includes(':') ? 6 : 4], target.key, 0);
