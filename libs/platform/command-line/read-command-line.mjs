import { parseArgs } from 'node:util';
import { callWith, UsageError } from './definition.mjs';
import { Invocation } from './invocation.mjs';
import { nearest } from './nearest.mjs';

/** @typedef {import('./definition.mjs').Command} Command */
/** @typedef {import('./definition.mjs').Option} Option */
/** @typedef {import('./definition.mjs').Argument} Argument */

/**
 * Parses a command line by the definition of its script. A request for help is recognised even if the rest is not valid.
 * @param {Command} script
 * @param {readonly string[]} argv words after the script's name
 * @returns {Invocation}
 * @throws UsageError with the fault, and with a suggestion if one is similar
 */
export function readCommandLine(script, argv) {
  const { path, rest } = commandOf(script, argv);
  const command = path[path.length - 1];
  const end = rest.indexOf('--');
  const before = end < 0 ? rest : rest.slice(0, end);
  const named = command.commands && before[0] === 'help';
  if (named || before.some((word) => word === '--help' || word === '-h'))
    return new Invocation(path, [], new Map(), true);
  try {
    const { args, values } = parsed(command, rest);
    refuseMissing(command, args, values);
    refuseApart(command, [...values.keys()]);
    return new Invocation(path, args, values, false);
  } catch (error) {
    if (error instanceof UsageError) {
      error.message = `${printable(error.message)}\nHelp: ${callWith(path, '--help')}`;
    }
    throw error;
  }
}

/**
 * Escapes control and formatting characters, so that a terminal shows them instead of executing them.
 * @param {string} text
 */
const printable = (text) => text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

/**
 * Follows the names of sub-commands. Returns their path and the remaining words.
 * @param {Command} script
 * @param {readonly string[]} argv
 */
function commandOf(script, argv) {
  const path = [script];
  let rest = argv[0] === 'help' && script.commands ? [...argv.slice(1), '--help'] : [...argv];
  for (;;) {
    const found = path[path.length - 1].commands?.find(({ name }) => name === rest[0]);
    if (!found) return { path, rest };
    path.push(found);
    rest = rest.slice(1);
  }
}

/**
 * @param {Command} command
 * @param {readonly string[]} rest
 */
function parsed(command, rest) {
  const known = optionsOf(command);
  const config = known.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]);
  const { tokens } = parseArgs({
    args: [...rest],
    options: /** @type {import('node:util').ParseArgsConfig['options']} */ (Object.fromEntries(config)),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  /** @type {string[]} */
  const args = [];
  /** @type {Map<string, string | number | true>} */
  const values = new Map();
  for (const token of tokens ?? []) {
    if (token.kind === 'positional') args.push(checkedArgument(command, args.length, token.value));
    if (token.kind !== 'option') continue;
    const option = known.find(({ name }) => name === token.name && token.rawName === `--${name}`);
    if (!option) throw unknownOption(known, token.rawName);
    // The next option is not a value: a value that begins with a dash must be written as `--name=-x`.
    const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'));
    values.set(option.name, checkedValue(option, isMissing ? undefined : token.value));
  }
  return { args, values };
}

/** @param {Command} command */
const optionsOf = (command) => command.options ?? [];

/**
 * @param {readonly Option[]} known
 * @param {string} rawName
 */
function unknownOption(known, rawName) {
  const candidates = [...known.filter(({ hidden }) => !hidden).map(({ name }) => `--${name}`), '--help'];
  const near = nearest(rawName, candidates);
  return new UsageError(`Unknown option ${rawName}.${meant(near)}`);
}

/** @param {string | undefined} near */
const meant = (near) => (near === undefined ? '' : ` Did you mean ${near}?`);

/**
 * @param {Option} option
 * @param {string | undefined} text
 * @returns {string | number | true}
 */
function checkedValue({ name, value, choices, min, max }, text) {
  if (value === undefined) {
    if (text !== undefined) throw new UsageError(`Option --${name} takes no value.`);
    return true;
  }
  if (text === undefined || text === '') {
    throw new UsageError(`Option --${name} needs a value: --${name} ${choices ? choices.join('|') : `<${value}>`}`);
  }
  if (choices && !choices.includes(text)) throw notAmong(`--${name}`, choices, text);
  if (min === undefined) return text;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= (max ?? Number.MAX_SAFE_INTEGER)) return number;
  const range = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`;
  throw new UsageError(`--${name} must be a whole number ${range}, not "${text}".`);
}

/**
 * @param {Command} command
 * @param {number} index
 * @param {string} text
 */
function checkedArgument(command, index, text) {
  const declared = command.arguments ?? [];
  const last = declared[declared.length - 1];
  const argument = declared[index] ?? (last?.many ? last : undefined);
  if (argument === undefined) throw surplus(command, text);
  if (argument.choices && !argument.choices.includes(text)) {
    throw notAmong(`<${argument.name}>`, argument.choices, text);
  }
  return text;
}

/**
 * @param {Command} command
 * @param {string} text
 */
function surplus(command, text) {
  const names = (command.commands ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name);
  if (names.length > 0) {
    const near = nearest(text, names);
    return new UsageError(`Unknown command "${text}".${meant(near)}${near ? '' : ` Commands: ${names.join(', ')}.`}`);
  }
  const near = nearest(
    `--${text}`,
    optionsOf(command)
      .filter(({ hidden }) => !hidden)
      .map(({ name }) => `--${name}`),
  );
  return new UsageError(`Unexpected argument "${text}".${meant(near)}`);
}

/**
 * @param {string} what
 * @param {readonly string[]} choices
 * @param {string} text
 */
function notAmong(what, choices, text) {
  return new UsageError(`${what} must be one of ${choices.join(', ')}, not "${text}".${meant(nearest(text, choices))}`);
}

/**
 * @param {Command} command
 * @param {readonly string[]} given
 */
function refuseApart({ together }, given) {
  if (!together || together.some((names) => given.every((name) => names.includes(name)))) return;
  throw new UsageError(`--${given.join(' and --')} cannot be combined.`);
}

/**
 * @param {Command} command
 * @param {readonly string[]} args
 * @param {ReadonlyMap<string, unknown>} values
 */
function refuseMissing(command, args, values) {
  const argument = (command.arguments ?? []).find(({ optional }, index) => !optional && index >= args.length);
  if (argument) throw new UsageError(`Argument <${argument.name}> is missing: ${argument.text}.`);
  const option = optionsOf(command).find(({ name, required }) => required && !values.has(name));
  if (option) throw new UsageError(`Option --${option.name} <${option.value}> is missing: ${option.text}.`);
  const names = (command.commands ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name);
  if (names.length > 0 && !command.runs) throw new UsageError(`A command is missing. Commands: ${names.join(', ')}.`);
}
