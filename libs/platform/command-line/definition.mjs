// What a command is: plain data, from which its help, its checks and docs/commands.md are made.

/**
 * @typedef {object} Option
 * @property {string} name without dashes
 * @property {string} text what it does
 * @property {string} [value] placeholder of its value; an option without one is a switch
 * @property {readonly string[]} [choices] the values that it takes
 * @property {number} [min] its value is a whole number, this or more
 * @property {number} [max] the highest number
 * @property {string | number} [default] shown in the help; the command applies it
 * @property {boolean} [required]
 * @property {boolean} [hidden] used by the product's own programs; not in the help
 */

/**
 * @typedef {object} Argument
 * @property {string} name
 * @property {string} text
 * @property {readonly string[]} [choices]
 * @property {Readonly<Record<string, string>>} [texts] what each choice is
 * @property {boolean} [optional]
 * @property {boolean} [many] any number of them; the last argument only
 */

/**
 * @typedef {object} Command
 * @property {string} name one word: that of the script, or of the sub-command
 * @property {string} purpose one sentence
 * @property {readonly string[]} [details] paragraphs after the purpose
 * @property {readonly Argument[]} [arguments]
 * @property {readonly Option[]} [options]
 * @property {readonly (readonly string[])[]} [together] options that may be given with each other; without it: all
 * @property {Readonly<Record<string, string>>} [settings] variables of the environment that matter, and what they do
 * @property {readonly string[]} [examples]
 * @property {Readonly<Record<number, string>>} [exits] meanings of exit codes that differ from `EXITS`
 * @property {readonly Command[]} [commands] sub-commands
 * @property {boolean} [runs] with sub-commands: it does something without one
 * @property {boolean} [hidden]
 */

/** What every command ends with, unless its definition adds to it. */
export const EXITS = Object.freeze({
  0: 'done',
  1: 'failed or refused; the reason is printed',
  2: 'the command line is wrong; nothing was done',
});

/** The exit code of a command line that is wrong. */
export const EXIT_USAGE = 2;

/** A mistake on the command line: shown as its message, ends with `EXIT_USAGE`. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

const LIFECYCLE = ['start', 'stop', 'test'];

/**
 * How the last command of a path is called, such as `npm run icmpmon -- users list`.
 * @param {readonly Command[]} path from the script's command down
 * @returns {string}
 */
export function callOf(path) {
  const [script, ...rest] = path.map(({ name }) => name);
  return [scriptCall(script), ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ');
}

/** @param {string} script */
const scriptCall = (script) => (LIFECYCLE.includes(script) ? `npm ${script}` : `npm run ${script}`);

/**
 * The same with what follows; npm keeps options for itself that come before `--`.
 * @param {readonly Command[]} path
 * @param {string} words
 */
export function callWith(path, words) {
  const call = callOf(path);
  return `${call}${call.includes(' -- ') ? '' : ' --'} ${words}`;
}

/**
 * All commands at and below one, each as the path that leads to it; hidden ones are left out.
 * @param {Command} command
 * @param {readonly Command[]} [above]
 * @returns {Command[][]}
 */
export function pathsOf(command, above = []) {
  const path = [...above, command];
  const below = (command.commands ?? []).filter(({ hidden }) => !hidden);
  return [path, ...below.flatMap((each) => pathsOf(each, path))];
}
