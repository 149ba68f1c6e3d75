import { FAULTS } from './engine/faults.mjs';
import { burstPercentMax } from './engine/loss-bursts.mjs';
import { ROLES } from './engine/world-plan.mjs';
import { FieldReader } from './field-reader.mjs';

/** @typedef {import('./engine/faults.mjs').Fault} Fault */

const STATES = ['open', 'closed', 'filtered'];
const SELECTORS = {
  targets: ['region', 'provider', 'site', 'role', 'range', 'ip'],
  agents: ['region', 'provider', 'agent'],
};

/** Reads the faults of a timeline, and collects what is wrong with them. */
export class FaultReader extends FieldReader {
  /**
   * @param {unknown} given
   * @param {string} path
   * @param {keyof typeof SELECTORS} name
   */
  selector(given, path, name) {
    const selector = this.fields(given ?? {}, `${path}.${name}`, SELECTORS[name], []);
    for (const [member, value] of Object.entries(selector))
      if (typeof value !== 'string') this.refuse(`${path}.${name}.${member}`, ' must be a text');
    if (selector.role !== undefined && !Object.hasOwn(ROLES, String(selector.role)))
      this.refuse(`${path}.${name}.role`, ` must be one of ${Object.keys(ROLES).join(', ')}`);
    return /** @type {Record<string, string>} */ (selector);
  }

  /**
   * @param {unknown} given
   * @param {string} path
   * @param {number} durationS
   * @returns {Fault}
   */
  fault(given, path, durationS) {
    const all = [...new Set(Object.values(FAULTS).flat())];
    const members = ['at', 'for', 'name', 'fault', 'targets', 'agents', ...all];
    const fields = this.fields(given, path, members, ['at', 'for', 'fault']);
    this.numbers(fields, path);
    const kind = String(fields.fault);
    const needs = Object.hasOwn(FAULTS, kind) ? FAULTS[/** @type {keyof typeof FAULTS} */ (kind)] : undefined;
    if (needs === undefined) this.refuse(`${path}.fault`, ` must be one of ${Object.keys(FAULTS).join(', ')}`);
    for (const need of needs ?? []) if (fields[need] === undefined) this.refuse(path, `: ${kind} needs ${need}`);
    const surplus = all.find((name) => needs && fields[name] !== undefined && !needs.includes(name));
    if (surplus) this.refuse(path, `: ${kind} has no ${surplus}`, surplus);
    this.checkKind(fields, path);
    this.selector(fields.targets, path, 'targets');
    this.selector(fields.agents, path, 'agents');
    if (Number(fields.at) + Number(fields.for) > durationS)
      this.refuse(path, ` ends after durationS: at + for must be at most ${durationS}`, 'for');
    return /** @type {Fault} */ ({ name: `${kind}-${path.replace(/\D/g, '')}`, ...fields });
  }

  /**
   * Checks the members that only some kinds of faults have.
   * @param {Record<string, unknown>} fields
   * @param {string} path
   */
  checkKind({ name, state, routers, fault, percent, packets }, path) {
    if (name !== undefined && typeof name !== 'string') this.refuse(`${path}.name`, ' must be a text');
    if (state !== undefined && !STATES.includes(String(state)))
      this.refuse(`${path}.state`, ` must be one of ${STATES.join(', ')}`);
    const isNames = Array.isArray(routers) && routers.every((each) => typeof each === 'string');
    if (routers !== undefined && !isNames)
      this.refuse(`${path}.routers`, ' must be a list of names of routers, such as ["core.eu-west"]');
    const max = burstPercentMax(Number(packets));
    if (fault === 'loss-burst' && Number(percent) > max)
      this.refuse(`${path}.percent`, ` must be at most ${max}: a packet is received between two bursts of ${packets}`);
  }
}
