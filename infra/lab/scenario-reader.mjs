import { messageOf } from '../error-text.mjs';
import { FAULTS, ResolvedFault } from './engine/faults.mjs';
import { AGENTS_MAX, DEFAULT_WORLD, ROLES, SITES_MAX } from './engine/world-plan.mjs';
import { World } from './engine/world.mjs';
import { FieldReader } from './field-reader.mjs';

/** @typedef {import('./engine/world-plan.mjs').WorldPlan} WorldPlan */
/** @typedef {import('./engine/faults.mjs').Fault} Fault */
/** @typedef {import('./scenario.mjs').Scenario} Scenario */

const FAULTS_MAX = 200;
const CHANGES_MAX = 10_000;
const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const STATES = ['open', 'closed', 'filtered'];
const SELECTORS = {
  targets: ['region', 'provider', 'site', 'role', 'range', 'ip'],
  agents: ['region', 'provider', 'agent'],
};

/** Reads the parts of a scenario, and collects what is wrong with them. */
export class ScenarioReader extends FieldReader {
  /**
   * @param {unknown} document
   * @returns {Scenario}
   */
  scenario(document) {
    const members = ['name', 'purpose', 'seed', 'durationS', 'repeat', 'world', 'timeline'];
    const fields = this.fields(document, 'the scenario', members, ['name', 'durationS']);
    this.numbers(fields, '');
    const { name, purpose = '', seed = 1, durationS, repeat = false, timeline = [] } = fields;
    if (typeof name !== 'string' || !NAME.test(name))
      this.problems.push('name must be lower-case letters, digits and "-"');
    if (typeof purpose !== 'string') this.problems.push('purpose must be a text');
    if (typeof repeat !== 'boolean') this.problems.push('repeat must be true or false');
    const world = this.world(fields.world ?? {});
    const faults = this.timeline(timeline, Number(durationS));
    if (this.problems.length === 0) this.checkAgainst(world, faults);
    const texts = { name: String(name), purpose: String(purpose) };
    const parts = [{ name: String(name), fromS: 0, toS: Number(durationS) }];
    return {
      ...texts,
      seed: Number(seed),
      durationS: Number(durationS),
      repeat: repeat === true,
      world,
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
    this.numbers(fields, 'world.');
    const plan = /** @type {WorldPlan} */ ({ ...DEFAULT_WORLD, ...fields });
    const regions = Object.entries(this.fields(plan.regions, 'world.regions', null, []));
    const isPlace = (/** @type {unknown} */ at) => Array.isArray(at) && at.length === 2 && at.every(Number.isFinite);
    for (const [name, place] of regions) {
      if (!NAME.test(name) || !isPlace(place))
        this.problems.push(`world.regions.${name} must be a name with two numbers, such as eu-west: [0, 0]`);
    }
    const isNames = Array.isArray(plan.providers) && plan.providers.length > 0;
    if (!isNames || !plan.providers.every((name) => NAME.test(name)))
      this.problems.push('world.providers must be a list of names of lower-case letters, digits and "-"');
    this.checkSizes(plan, regions.length);
    return plan;
  }

  /**
   * @param {WorldPlan} plan
   * @param {number} regions
   */
  checkSizes({ agentsPerRegion, sitesPerRegion, targets, anycast }, regions) {
    if (regions === 0) this.problems.push('world.regions must have at least one region');
    if (regions * agentsPerRegion > AGENTS_MAX)
      this.problems.push(`world: at most ${AGENTS_MAX} agents in all regions`);
    if (regions * sitesPerRegion > SITES_MAX) this.problems.push(`world: at most ${SITES_MAX} sites in all regions`);
    if (targets - anycast < regions * sitesPerRegion)
      this.problems.push('world.targets must be at least one per site, and the anycast targets');
  }

  /**
   * @param {unknown} given
   * @param {number} durationS
   * @returns {Fault[]}
   */
  timeline(given, durationS) {
    if (!Array.isArray(given) || given.length > FAULTS_MAX) {
      this.problems.push(`timeline must be a list of at most ${FAULTS_MAX} faults`);
      return [];
    }
    return given.map((each, at) => this.fault(each, `timeline[${at}]`, durationS));
  }

  /**
   * @param {unknown} given
   * @param {string} where
   * @param {number} durationS
   * @returns {Fault}
   */
  fault(given, where, durationS) {
    const all = [...new Set(Object.values(FAULTS).flatMap(({ needs }) => needs))];
    const fields = this.fields(
      given,
      where,
      ['at', 'for', 'name', 'fault', 'targets', 'agents', ...all],
      ['at', 'for', 'fault'],
    );
    this.numbers(fields, `${where}.`);
    const kind = String(fields.fault);
    const needs = Object.hasOwn(FAULTS, kind) ? FAULTS[/** @type {keyof typeof FAULTS} */ (kind)].needs : undefined;
    if (needs === undefined) this.problems.push(`${where}.fault must be one of ${Object.keys(FAULTS).join(', ')}`);
    for (const need of needs ?? [])
      if (fields[need] === undefined) this.problems.push(`${where}: ${kind} needs ${need}`);
    const surplus = all.find((name) => needs && fields[name] !== undefined && !needs.includes(name));
    if (surplus) this.problems.push(`${where}: ${kind} has no ${surplus}`);
    if (fields.state !== undefined && !STATES.includes(String(fields.state)))
      this.problems.push(`${where}.state must be one of ${STATES.join(', ')}`);
    if (
      fields.routers !== undefined &&
      !(Array.isArray(fields.routers) && fields.routers.every((name) => typeof name === 'string'))
    )
      this.problems.push(`${where}.routers must be a list of names of routers, such as ["core.eu-west"]`);
    for (const [name, members] of Object.entries(SELECTORS)) {
      const selector = this.fields(fields[name] ?? {}, `${where}.${name}`, members, []);
      if (selector.role !== undefined && !Object.hasOwn(ROLES, String(selector.role)))
        this.problems.push(`${where}.${name}.role must be one of ${Object.keys(ROLES).join(', ')}`);
    }
    if (Number(fields.at) + Number(fields.for) > durationS)
      this.problems.push(`${where} ends after durationS: at + for must be at most ${durationS}`);
    return /** @type {Fault} */ ({ name: `${kind}-${where.replace(/\D/g, '')}`, ...fields });
  }

  /**
   * Finds faults that would have no effect: a misspelt selector must not pass as a quiet scenario.
   * @param {WorldPlan} plan
   * @param {Fault[]} faults
   */
  checkAgainst(plan, faults) {
    const world = new World(plan);
    let changes = 0;
    for (const [at, fault] of faults.entries()) {
      for (const { region } of [fault.targets ?? {}, fault.agents ?? {}]) {
        if (region !== undefined && !world.regions.includes(region))
          this.problems.push(`timeline[${at}]: ${region} is not a region: they are ${world.regions.join(', ')}`);
      }
      try {
        const resolved = new ResolvedFault(fault, world);
        if (!resolved.targets.includes(1)) this.problems.push(`timeline[${at}].targets selects no target`);
        if (resolved.vantages.size === 0) this.problems.push(`timeline[${at}].agents selects no agent`);
        if (fault.routers && resolved.routers.size === 0)
          this.problems.push(`timeline[${at}].routers selects no router`);
        changes += fault.fault === 'flapping' ? (2 * fault.for) / ((fault.downS ?? 1) + (fault.upS ?? 1)) : 2;
      } catch (error) {
        this.problems.push(`timeline[${at}].targets.range: ${messageOf(error)}`);
      }
    }
    if (changes > CHANGES_MAX) this.problems.push(`timeline: more than ${CHANGES_MAX} changes; flap less often`);
  }
}
