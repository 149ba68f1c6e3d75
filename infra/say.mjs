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

/** A failure that the reader can mend: shown as its message alone, without a stack. */
export class Refusal extends Error {}

/**
 * Ends a command: a refusal is printed as it is, anything else with its stack.
 * @param {unknown} error
 */
export function fail(error) {
  process.stderr.write(
    `\n${error instanceof Refusal ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}
