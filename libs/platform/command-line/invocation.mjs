import { UsageError } from './definition.mjs';

/** @typedef {import('./definition.mjs').Command} Command */

/** A parsed command line. */
export class Invocation {
  /** @type {ReadonlyMap<string, string | number | true>} */
  #values;

  /**
   * @param {readonly Command[]} path the command and those above it
   * @param {readonly string[]} args
   * @param {ReadonlyMap<string, string | number | true>} values of its options, and of those above it that hold for all commands
   * @param {boolean} asksForHelp
   */
  constructor(path, args, values, asksForHelp) {
    this.path = path;
    this.args = args;
    this.asksForHelp = asksForHelp;
    this.#values = values;
  }

  /** Names of the sub-commands, such as `users list`. */
  get words() {
    return this.path
      .slice(1)
      .map(({ name }) => name)
      .join(' ');
  }

  /**
   * Returns whether a switch is set.
   * @param {string} name
   */
  flag(name) {
    return this.#value(name) === true;
  }

  /**
   * Returns whether a switch or an option is set.
   * @param {string} name
   */
  has(name) {
    return this.#value(name) !== undefined;
  }

  /**
   * Returns the value of an option; undefined if it is not set.
   * @param {string} name
   */
  text(name) {
    const value = this.#value(name);
    return value === undefined || value === true ? undefined : String(value);
  }

  /**
   * Returns the value of an option, or null with the switch that means none.
   * @param {string} name
   * @param {string} none
   * @throws {UsageError} unless exactly one of them is set
   */
  textOrNone(name, none) {
    const text = this.text(name);
    if ((text !== undefined) === this.flag(none)) throw new UsageError(`Give either --${name} or --${none}.`);
    return text ?? null;
  }

  /**
   * Returns the value of a numeric option; undefined if it is not set.
   * @param {string} name
   */
  number(name) {
    const value = this.#value(name);
    return typeof value === 'number' ? value : undefined;
  }

  /** @param {string} name */
  #value(name) {
    const known = this.path.some(({ options }) => options?.some((option) => option.name === name));
    if (!known) throw new Error(`The definition of ${this.path.at(-1)?.name} has no option ${name}.`);
    return this.#values.get(name);
  }
}
