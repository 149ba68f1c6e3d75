import { messageOf } from '../error-text.mjs';
import { ResolvedFault } from './engine/faults.mjs';
import { AGENTS_MAX, DEFAULT_WORLD, SITES_MAX } from './engine/world-plan.mjs';
import { World } from './engine/world.mjs';
import { FaultReader } from './fault-reader.mjs';

/** @typedef {import('./engine/world-plan.mjs').WorldPlan} WorldPlan */
/** @typedef {import('./engine/faults.mjs').Fault} Fault */
/** @typedef {import('./scenario.mjs').Scenario} Scenario */

const FAULTS_MAX = 200;
const CHANGES_MAX = 10_000;
/** Names of scenarios, regions and providers. */
export const NAME = /^[a-z][a-z0-9-]{0,30}$/;
/** Ports that must not answer: with a ping they are checks of one tier. */
const PORTS_MAX = 4;
const NEVER = { at: 0, for: 0, name: '', fault: /** @type {const} */ ('port') };
/** Reads the parts of a scenario, and collects what is wrong with them. */
export class ScenarioReader extends FaultReader {
  /**
   * @param {unknown} document
   * @returns {Scenario}
   */
  scenario(document) {
    const members = ['name', 'purpose', 'seed', 'durationS', 'repeat', 'world', 'closed', 'timeline'];
    const fields = this.fields(document, '', members, ['name', 'durationS']);
    this.numbers(fields, '');
    const { name, purpose = '', seed = 1, durationS, repeat = false, timeline = [] } = fields;
    if (typeof name !== 'string' || !NAME.test(name))
      this.refuse('name', ' must be lower-case letters, digits and "-"');
    if (typeof purpose !== 'string') this.refuse('purpose', ' must be a text');
    if (typeof repeat !== 'boolean') this.refuse('repeat', ' must be true or false');
    const world = this.world(fields.world ?? {});
    const closed = fields.closed === undefined ? null : this.closed(fields.closed);
    const faults = this.timeline(timeline, Number(durationS));
    if (this.problems.length === 0) this.checkAgainst(world, faults, closed);
    const texts = { name: String(name), purpose: String(purpose) };
    const parts = [{ name: String(name), fromS: 0 }];
    return {
      ...texts,
      seed: Number(seed),
      durationS: Number(durationS),
      repeat: repeat === true,
      world,
      closed,
      timeline: faults,
      parts,
    };
  }

  /**
   * @param {unknown} given
   * @returns {WorldPlan}
   */
  world(given) {
    const fields = this.fields(given, 'world', Object.keys(DEFAULT_WORLD), []);
    this.numbers(fields, 'world');
    const plan = /** @type {WorldPlan} */ ({ ...DEFAULT_WORLD, ...fields });
    const regions = Object.entries(this.fields(plan.regions, 'world.regions', null, []));
    const isPlace = (/** @type {unknown} */ at) => Array.isArray(at) && at.length === 2 && at.every(Number.isFinite);
    for (const [name, place] of regions) {
      if (!NAME.test(name) || !isPlace(place))
        this.refuse(`world.regions.${name}`, ' must be a name with two numbers, such as eu-west: [0, 0]');
    }
    const isNames = Array.isArray(plan.providers) && plan.providers.length > 0;
    if (!isNames || !plan.providers.every((name) => NAME.test(name)))
      this.refuse('world.providers', ' must be a list of names of lower-case letters, digits and "-"');
    for (const name of /** @type {const} */ (['flowPerPacket', 'publicCore']))
      if (typeof plan[name] !== 'boolean') this.refuse(`world.${name}`, ' must be true or false');
    this.checkSizes(plan, regions.length);
    return plan;
  }

  /**
   * @param {WorldPlan} plan
   * @param {number} regions
   */
  checkSizes({ agentsPerRegion, sitesPerRegion, targets, anycast }, regions) {
    if (regions === 0) this.refuse('world.regions', ' must have at least one region');
    if (regions * agentsPerRegion > AGENTS_MAX) this.refuse('world', `: at most ${AGENTS_MAX} agents in all regions`);
    if (regions * sitesPerRegion > SITES_MAX) this.refuse('world', `: at most ${SITES_MAX} sites in all regions`);
    if (targets - anycast < regions * sitesPerRegion)
      this.refuse('world.targets', ' must be at least one per site, and the anycast targets');
  }

  /**
   * @param {unknown} given
   * @param {number} durationS
   * @returns {Fault[]}
   */
  timeline(given, durationS) {
    if (!Array.isArray(given) || given.length > FAULTS_MAX) {
      this.refuse('timeline', ` must be a list of at most ${FAULTS_MAX} faults`);
      return [];
    }
    return given.map((each, at) => this.fault(each, `timeline[${at}]`, durationS));
  }

  /**
   * Reads which ports must not answer, on which targets.
   * @param {unknown} given
   * @returns {import('./scenario.mjs').ClosedPorts}
   */
  closed(given) {
    const fields = this.fields(given, 'closed', ['ports', 'targets'], ['ports']);
    const { ports } = fields;
    const isPort = (/** @type {unknown} */ port) =>
      Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
    if (!Array.isArray(ports) || ports.length === 0 || ports.length > PORTS_MAX || !ports.every(isPort))
      this.refuse('closed.ports', ` must be a list of at most ${PORTS_MAX} ports from 1 to 65535`);
    else if (new Set(ports).size < ports.length) this.refuse('closed.ports', ' has a port twice');
    return { ports: Array.isArray(ports) ? ports : [], targets: this.selector(fields.targets, 'closed', 'targets') };
  }

  /**
   * Finds faults that would have no effect: a misspelt selector must not pass as a quiet scenario.
   * @param {WorldPlan} plan
   * @param {Fault[]} faults
   * @param {import('./scenario.mjs').ClosedPorts | null} closed
   */
  checkAgainst(plan, faults, closed) {
    const world = new World(plan);
    let changes = 0;
    if (closed) this.checkSelected({ ...NEVER, targets: closed.targets }, 'closed', world);
    for (const [at, fault] of faults.entries()) {
      this.checkSelected(fault, `timeline[${at}]`, world);
      changes += fault.fault === 'flapping' ? (2 * fault.for) / ((fault.downS ?? 1) + (fault.upS ?? 1)) : 2;
    }
    if (changes > CHANGES_MAX) this.refuse('timeline', `: more than ${CHANGES_MAX} changes; flap less often`);
  }

  /**
   * @param {Fault} fault
   * @param {string} path
   * @param {World} world
   */
  checkSelected(fault, path, world) {
    for (const name of /** @type {const} */ (['targets', 'agents'])) {
      const region = fault[name]?.region;
      if (region !== undefined && !world.regions.includes(region)) {
        const problem = `: ${region} is not a region: they are ${world.regions.join(', ')}`;
        this.problems.push({ path: `${path}.${name}.region`, text: `${path}${problem}` });
      }
    }
    try {
      const resolved = new ResolvedFault(fault, world);
      if (!resolved.targets.includes(1)) this.refuse(`${path}.targets`, ' selects no target');
      if (resolved.vantages.size === 0) this.refuse(`${path}.agents`, ' selects no agent');
      if (fault.routers && resolved.routers.size === 0) this.refuse(`${path}.routers`, ' selects no router');
    } catch (error) {
      this.refuse(`${path}.targets.range`, `: ${messageOf(error)}`);
    }
  }
}
