/** One line of progress for the person at the terminal. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** A failure that the reader can mend: shown as its message alone, without a stack. */
export class Refusal extends Error {}

/** Ends a command: a refusal is printed as it is, anything else with its stack. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof Refusal ? error.message : (error?.stack ?? String(error))}\n`);
  process.exit(1);
}
