import { AGENTS_MAX, SITES_MAX, TARGETS_MAX } from './engine/world-plan.mjs';

/** @typedef {Record<string, unknown>} Fields */

const DURATION_S_MAX = 86_400;
/** Limits of numbers: smallest, largest. @type {Record<string, [number, number]>} */
const NUMBERS = {
  ...{ seed: [0, 2 ** 31], durationS: [1, DURATION_S_MAX], at: [0, DURATION_S_MAX], for: [0.1, DURATION_S_MAX] },
  ...{ percent: [0, 100], ms: [0, 60_000], perSecond: [0.01, 1_000_000], downS: [0.1, 86_400], upS: [0.1, 86_400] },
  ...{ port: [1, 65_535], agentsPerRegion: [1, AGENTS_MAX], targets: [1, TARGETS_MAX], sitesPerRegion: [1, SITES_MAX] },
  ...{ anycast: [0, 250], ipv6Percent: [0, 50], jitterMs: [0, 1_000], lossPercent: [0, 100] },
  ...{ routerIcmpPerSecond: [1, 1_000_000] },
};
const WHOLE = ['seed', 'agentsPerRegion', 'targets', 'sitesPerRegion', 'anycast', 'port'];

/** Reads mappings and their numbers, and collects what is wrong with them. */
export class FieldReader {
  /** @type {string[]} */ problems = [];

  /**
   * @param {unknown} value
   * @param {string} where
   * @param {readonly string[] | null} names that the mapping may have; with null, it may have every name
   * @param {readonly string[]} required
   * @returns {Fields}
   */
  fields(value, where, names, required) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problems.push(`${where} must be a mapping of names to values`);
      return {};
    }
    for (const name of Object.keys(value)) {
      if (names !== null && !names.includes(name))
        this.problems.push(`${where} has no "${name}": members are ${names.join(', ')}`);
    }
    for (const name of required) if (!Object.hasOwn(value, name)) this.problems.push(`${where} needs ${name}`);
    return /** @type {Fields} */ (value);
  }

  /**
   * @param {Fields} fields
   * @param {string} where
   */
  numbers(fields, where) {
    for (const [name, value] of Object.entries(fields)) {
      if (!Object.hasOwn(NUMBERS, name)) continue;
      if (where !== 'world.' && name === 'targets') continue;
      const [min, max] = NUMBERS[name];
      const isWhole = !WHOLE.includes(name) || Number.isInteger(value);
      if (typeof value !== 'number' || !(value >= min && value <= max) || !isWhole)
        this.problems.push(
          `${where}${name} must be a ${WHOLE.includes(name) ? 'whole ' : ''}number from ${min} to ${max}`,
        );
    }
  }
}
