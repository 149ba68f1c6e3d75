import { AGENTS_MAX, SITES_MAX, TARGETS_MAX } from './engine/world-plan.mjs';

/** @typedef {Record<string, unknown>} Fields */

const DURATION_S_MAX = 86_400;
/** Limits of numbers: smallest, largest. @type {Record<string, [number, number]>} */
const NUMBERS = {
  ...{ seed: [0, 2 ** 31], durationS: [1, DURATION_S_MAX], at: [0, DURATION_S_MAX], for: [0.1, DURATION_S_MAX] },
  ...{ percent: [0, 100], ms: [0, 60_000], perSecond: [0.01, 1_000_000], downS: [0.1, 86_400], upS: [0.1, 86_400] },
  ...{ port: [1, 65_535], agentsPerRegion: [1, AGENTS_MAX], targets: [1, TARGETS_MAX], sitesPerRegion: [1, SITES_MAX] },
  ...{ anycast: [0, 250], ipv6Percent: [0, 50], jitterMs: [0, 1_000], lossPercent: [0, 100] },
  ...{ routerIcmpPerSecond: [1, 1_000_000], equalPaths: [1, 16], packets: [1, 1_000] },
};
const WHOLE = ['seed', 'agentsPerRegion', 'targets', 'sitesPerRegion', 'anycast', 'port', 'equalPaths'];

/** @typedef {{ path: string, text: string }} Problem `path`, such as `timeline[0].targets`, leads to its line; empty for the whole */

/** Reads mappings and their numbers, and collects what is wrong with them. */
export class FieldReader {
  /** @type {Problem[]} */ problems = [];

  /**
   * @param {string} path
   * @param {string} text after the path, with the character between them
   * @param {string} [member] of the path, where the line of the problem is
   */
  refuse(path, text, member) {
    const at = [path, member].filter(Boolean).join('.');
    this.problems.push({ path: at, text: `${path || 'the scenario'}${text}` });
  }

  /**
   * @param {unknown} value
   * @param {string} path
   * @param {readonly string[] | null} names that the mapping may have; with null, it may have every name
   * @param {readonly string[]} required
   * @returns {Fields}
   */
  fields(value, path, names, required) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse(path, ' must be a mapping of names to values');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (names !== null && !names.includes(name))
        this.refuse(path, ` has no "${name}": members are ${names.join(', ')}`, name);
    }
    for (const name of required) if (!Object.hasOwn(value, name)) this.refuse(path, ` needs ${name}`);
    return /** @type {Fields} */ (value);
  }

  /**
   * @param {Fields} fields
   * @param {string} path
   */
  numbers(fields, path) {
    for (const [name, value] of Object.entries(fields)) {
      if (!Object.hasOwn(NUMBERS, name)) continue;
      // Of a fault it is a selector.
      if (path !== 'world' && name === 'targets') continue;
      const [min, max] = NUMBERS[name];
      const isWhole = !WHOLE.includes(name) || Number.isInteger(value);
      if (typeof value !== 'number' || !(value >= min && value <= max) || !isWhole) {
        const kind = WHOLE.includes(name) ? 'whole ' : '';
        this.refuse(path === '' ? name : `${path}.${name}`, ` must be a ${kind}number from ${min} to ${max}`);
      }
    }
  }
}
