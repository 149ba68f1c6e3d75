import { callWith, type Command, Invocation, type Option, UsageError } from '@icmp-mon/platform/command-line';
import { Command as Program, CommanderError, InvalidArgumentError, Option as ProgramOption } from 'commander';

type Values = ReadonlyMap<string, string | number | true>;

/** The help of a command was asked for. */
export class HelpAsked extends Error {
  constructor(readonly path: readonly Command[]) {
    super('help');
  }
}

/**
 * Parses a command line by its definition.
 * @param argv words after the name of the program
 * @throws UsageError when it is wrong; HelpAsked when it asks for help
 */
export function parseArguments(definition: Command, argv: readonly string[]): Invocation {
  let found: Invocation | undefined;
  const program = programOf([definition], (asked) => (found = asked));
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageErrorOf(error, definition, argv);
    throw error;
  }
  if (found === undefined) throw new Error('Commander called no command.');
  return found;
}

/** Returns the commander command of the last command of a path, with all below it. */
function programOf(path: readonly Command[], called: (asked: Invocation) => void): Program {
  const command = leafOf(path);
  const program = new Program(command.name)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: noOutput });
  program.helpCommand(command.commands !== undefined && path.length === 1);
  program.helpInformation = (context) => {
    // Commander prints the help as an error where a sub-command is missing.
    throw context?.error ? commandMissing(path) : new HelpAsked(path);
  };
  for (const option of command.options ?? []) program.addOption(programOptionOf(option));
  for (const { name, optional, many } of command.arguments ?? []) {
    const word = `${name}${many ? '...' : ''}`;
    program.argument(optional ? `[${word}]` : `<${word}>`);
  }
  for (const below of command.commands ?? [])
    program.addCommand(programOf([...path, below], called), { hidden: below.hidden ?? false });
  if (command.commands && !command.runs) return program;
  return program.action(() => {
    checkArguments(command, program.args);
    called(new Invocation(path, program.args, valuesOf(program, path), false));
  });
}

const leafOf = (path: readonly Command[]): Command => path[path.length - 1] as Command;

/** Messages are printed by the caller. */
const noOutput = (): void => undefined;

function programOptionOf({ name, value, choices, min, max, required, hidden }: Option): ProgramOption {
  const option = new ProgramOption(`--${name}${value === undefined ? '' : ` <${value}>`}`).hideHelp(hidden ?? false);
  option.mandatory = required ?? false;
  if (choices) option.choices(choices);
  if (min !== undefined) option.argParser((text) => numberOf(text, min, max));
  return option;
}

function numberOf(text: string, min: number, max: number | undefined): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= (max ?? Number.MAX_SAFE_INTEGER)) return number;
  throw new InvalidArgumentError(
    `It must be a whole number ${max === undefined ? `of ${min} or more` : `from ${min} to ${max}`}.`,
  );
}

function checkArguments({ arguments: declared = [] }: Command, args: readonly string[]): void {
  for (const [index, { name, choices }] of declared.entries()) {
    const text = args[index];
    if (text === undefined || choices === undefined || choices.includes(text)) continue;
    throw new UsageError(`<${name}> must be one of ${choices.join(', ')}, not "${text}".`);
  }
}

/** Returns the values that were given, of the command and of the program, by name. */
function valuesOf(program: Program, path: readonly Command[]): Values {
  const given: Record<string, unknown> = program.optsWithGlobals();
  const names = path.flatMap(({ options = [] }) => options.map(({ name }) => name));
  return new Map(
    names.flatMap((name) => {
      const value = given[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
      return value === undefined ? [] : [[name, value as string | number | true]];
    }),
  );
}

function commandMissing(path: readonly Command[]): UsageError {
  return new UsageError(`A command is missing. ${commandsText(path)}\nHelp: ${callWith(path, '--help')}`);
}

function commandsText(path: readonly Command[]): string {
  const names = (leafOf(path).commands ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name);
  return `Commands: ${names.join(', ')}.`;
}

function usageErrorOf({ code, message }: CommanderError, definition: Command, argv: readonly string[]): UsageError {
  const path = pathOf(definition, argv);
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const text = [`${first.charAt(0).toUpperCase()}${first.slice(1)}${/[.)]$/.test(first) ? '' : '.'}`, ...rest].join(
    ' ',
  );
  const commands = code === 'commander.unknownCommand' ? ` ${commandsText(path)}` : '';
  return new UsageError(`${text}${commands}\nHelp: ${callWith(path, '--help')}`);
}

/** Returns the command that the words name, as far as they name one. */
function pathOf(definition: Command, argv: readonly string[]): Command[] {
  const path = [definition];
  for (const word of argv) {
    const below = leafOf(path).commands?.find(({ name }) => name === word);
    if (below === undefined) break;
    path.push(below);
  }
  return path;
}
