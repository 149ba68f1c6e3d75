import { EXIT_USAGE, UsageError } from '../libs/platform/command-line/definition.mjs';

/**
 * Prints one line of progress.
 * @param {string} line
 */
export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** Ignores errors of the output, so that a full disk or a closed terminal does not end the process. */
export function outliveOutput() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** A failure that the reader can fix: printed as its message only, without a stack. */
export class Refusal extends Error {}

/**
 * Ends a command: prints a refusal as its message, any other error with its stack.
 * @param {unknown} error
 */
export function fail(error) {
  const isForeseen = error instanceof Refusal || error instanceof UsageError;
  const text = error instanceof Error ? (isForeseen ? error.message : `\n${error.stack}`) : String(error);
  // A message may cite an argument: its control characters do not reach the terminal.
  const shown = text.replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  process.stderr.write(`${shown}\n`);
  process.exit(error instanceof UsageError ? EXIT_USAGE : 1);
}
