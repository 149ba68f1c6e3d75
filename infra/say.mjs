import { EXIT_USAGE, UsageError } from '../libs/platform/command-line/definition.mjs';

/**
 * One line of progress for the person at the terminal.
 * @param {string} line
 */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Keeps a process running that can tell nobody what it does, for a full disk or a closed terminal. */
export function outliveOutput() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** A failure that the reader can fix: shown as its message alone, without a stack. */
export class Refusal extends Error {}

/**
 * Ends a command: a refusal is printed as it is, anything else with its stack.
 * @param {unknown} error
 */
export function fail(error) {
  const isForeseen = error instanceof Refusal || error instanceof UsageError;
  const text = error instanceof Error ? (isForeseen ? error.message : `\n${error.stack}`) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(error instanceof UsageError ? EXIT_USAGE : 1);
}
