// Definition of a command as plain data. Its help, its checks and docs/commands.md are generated from it.

/**
 * @typedef {object} Option
 * @property {string} name without dashes
 * @property {string} text effect of the option
 * @property {string} [value] placeholder of its value; an option without one is a switch
 * @property {readonly string[]} [choices] accepted values
 * @property {number} [min] the value is a whole number, at least this
 * @property {number} [max] highest number
 * @property {string | number} [default] shown in the help; the command applies it
 * @property {boolean} [required]
 * @property {boolean} [hidden] used only by other programs of the product; not in the help
 */

/**
 * @typedef {object} Argument
 * @property {string} name
 * @property {string} text
 * @property {readonly string[]} [choices]
 * @property {Readonly<Record<string, string>>} [texts] description of each choice
 * @property {boolean} [optional]
 * @property {boolean} [many] may be repeated; only for the last argument
 */

/**
 * @typedef {object} Command
 * @property {string} name one word: the name of the script, of the program or of the sub-command
 * @property {boolean} [program] of the first command of a path: called by its name, not through npm
 * @property {string} purpose one sentence
 * @property {readonly string[]} [details] paragraphs after the purpose
 * @property {readonly Argument[]} [arguments]
 * @property {readonly Option[]} [options]
 * @property {readonly (readonly string[])[]} [together] sets of options that can be combined; default: all
 * @property {Readonly<Record<string, string>>} [settings] environment variables that the command reads, and their effect
 * @property {readonly string[]} [examples]
 * @property {Readonly<Record<number, string>>} [exits] exit codes that differ from `EXITS`, and their meaning
 * @property {readonly Command[]} [commands] sub-commands
 * @property {boolean} [runs] for a command with sub-commands: it can also run without one
 * @property {boolean} [hidden]
 */

/** Exit codes of every command, unless its definition overrides them. */
export const EXITS = Object.freeze({
  0: 'done',
  1: 'failed or refused; the reason is printed',
  2: 'the command line is wrong; nothing was done',
});

/** Exit code for an invalid command line. */
export const EXIT_USAGE = 2;

/** An invalid command line. Its message is printed, and the process exits with `EXIT_USAGE`. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

const LIFECYCLE = ['start', 'stop', 'test'];

/**
 * Returns the command line that calls the last command of a path, such as `npm run icmpmon -- users list`.
 * @param {readonly Command[]} path from the script's command down
 * @returns {string}
 */
export function callOf(path) {
  const [script, ...rest] = path.map(({ name }) => name);
  if (path[0].program) return [script, ...rest].join(' ');
  return [scriptCall(script), ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ');
}

/** @param {string} script */
const scriptCall = (script) => (LIFECYCLE.includes(script) ? `npm ${script}` : `npm run ${script}`);

/**
 * Returns the same with `words` appended; npm would take options before `--` for itself.
 * @param {readonly Command[]} path
 * @param {string} words
 */
export function callWith(path, words) {
  const call = callOf(path);
  if (path[0].program) return `${call} ${words}`;
  return `${call}${call.includes(' -- ') ? '' : ' --'} ${words}`;
}

/**
 * Returns the paths of a command and of all its sub-commands, without hidden ones.
 * @param {Command} command
 * @param {readonly Command[]} [above]
 * @returns {Command[][]}
 */
export function pathsOf(command, above = []) {
  const path = [...above, command];
  const below = (command.commands ?? []).filter(({ hidden }) => !hidden);
  return [path, ...below.flatMap((each) => pathsOf(each, path))];
}
