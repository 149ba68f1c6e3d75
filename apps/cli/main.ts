import './quiet-logs';
import 'reflect-metadata';
import { EXIT_USAGE, UsageError } from '@icmp-mon/platform/command-line';
import { CliContext } from './cli-context';
import { runCli } from './run-cli';

const context = new CliContext();
try {
  await runCli(context, process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : 1;
  process.stderr.write(`${messageOf(error)}\n`);
} finally {
  await context.close();
}

/** Returns only the message of an expected error, because it contains cause and remedy; the stack of any other. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = ['ConfigError', 'DomainError', 'DependencyUnavailable', 'Refusal', 'UsageError'].includes(
    error.name,
  );
  return foreseen ? error.message : (error.stack ?? error.message);
}
