import './quiet-logs';
import 'reflect-metadata';
import { Command } from 'commander';
import { CliContext } from './cli-context';
import { addAccess } from './access';
import { addAgents } from './agents';
import { addAfterRestore } from './after-restore';
import { addDeadLetters } from './dead-letters';
import { addRebuild } from './rebuild';
import { addResults } from './results';
import { addShards } from './shards';

/** One file a command; each adds itself to the program. */
const COMMANDS = [addAccess, addAgents, addRebuild, addShards, addAfterRestore, addDeadLetters, addResults];

const context = new CliContext();
const program = new Command('icmpmon')
  .description(
    'Looks after an installation of ICMP-Mon: accounts, API keys, agents, read models, shards, dead letters, results.',
  )
  .addHelpText('after', '\nBesides: npm run backup -- <new folder>, npm run restore -- <folder>.')
  .showHelpAfterError('Add --help to see what there is.')
  .configureHelp({ sortSubcommands: true });
for (const add of COMMANDS) add(program, context);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${messageOf(error)}\n`);
} finally {
  await context.close();
}

/** What is wrong and what to do is in the message of an error that was foreseen; any other is shown with its stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = ['ConfigError', 'DomainError', 'DependencyUnavailable', 'Refusal'].includes(error.name);
  return foreseen ? error.message : (error.stack ?? error.message);
}
