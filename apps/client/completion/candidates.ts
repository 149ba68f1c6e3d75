import type { Command, Option } from '@icmp-mon/platform/command-line';
import { client } from '../commands/index.mjs';

/** Names that only the server knows. */
export const NAME_KINDS = ['tier', 'agent', 'user'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** Words that may follow on a command line. */
export interface Candidates {
  words: string[];
  /** Names of this kind may follow as well. */
  names?: NameKind;
  /** A file may follow. */
  isFile?: boolean;
}

const FILES = ['file', 'files', 'folder'];

/**
 * Returns what may follow.
 * @param words words of the command line after the name of the program; the last one is incomplete, or empty
 */
export function candidatesOf(words: readonly string[]): Candidates {
  const current = words[words.length - 1] ?? '';
  const { path, args, open } = read(words.slice(0, -1));
  if (open !== undefined) return valuesOf(open);
  if (current.startsWith('--')) return { words: optionsOf(path).map(({ name }) => `--${name}`) };
  const command = path[path.length - 1] as Command;
  const argument =
    command.arguments?.[args] ?? (command.arguments?.at(-1)?.many ? command.arguments.at(-1) : undefined);
  const below = (command.commands ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name);
  if (argument === undefined) return { words: args === 0 ? below : [] };
  return { words: [...(argument.choices ?? [])], ...kindOf(argument.name) };
}

/** Follows complete words: the command that they name, its arguments so far, and an option that still needs its value. */
function read(words: readonly string[]): { path: Command[]; args: number; open: Option | undefined } {
  const path: Command[] = [client];
  let [args, open]: [number, Option | undefined] = [0, undefined];
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith('--'))
      open = optionsOf(path).find(({ name, value }) => `--${name}` === word && value !== undefined);
    else {
      const below = path[path.length - 1]?.commands?.find(({ name }) => name === word);
      if (below === undefined) args++;
      else path.push(below);
    }
  }
  return { path, args, open };
}

const optionsOf = (path: readonly Command[]): Option[] => {
  const own = path.at(-1)?.options ?? [];
  return [...own, ...(path.length > 1 ? (client.options ?? []) : [])].filter(({ hidden }) => !hidden);
};

const valuesOf = ({ name, value = '', choices = [] }: Option): Candidates => ({
  words: [...choices],
  ...kindOf(value === 'name' ? name : value),
});

function kindOf(placeholder: string): Pick<Candidates, 'names' | 'isFile'> {
  const names = NAME_KINDS.find((kind) => kind === placeholder);
  return { ...(names && { names }), ...(FILES.includes(placeholder) && { isFile: true }) };
}
