import { helpOf, readCommandLine } from '@icmp-mon/platform/command-line';
import { ACCESS_ACTIONS } from './access';
import type { Actions } from './actions';
import { AFTER_RESTORE_ACTIONS } from './after-restore';
import { type CliContext, Refusal } from './cli-context';
import { icmpmon } from './commands/index.mjs';
import { DEAD_LETTER_ACTIONS } from './dead-letters';
import { REBUILD_ACTIONS } from './rebuild';
import { RESULT_ACTIONS } from './results';
import { SHARD_ACTIONS } from './shards';

/** Commands that `infra/icmpmon.mjs` runs itself: they use the database's own tools, the private files, or no installation. */
export const RUN_BY_INFRA = ['backup', 'print-block', 'restore', 'sbom'];

export const ACTIONS: Actions = {
  ...ACCESS_ACTIONS,
  ...AFTER_RESTORE_ACTIONS,
  ...DEAD_LETTER_ACTIONS,
  ...REBUILD_ACTIONS,
  ...RESULT_ACTIONS,
  ...SHARD_ACTIONS,
};

/**
 * Runs one command line.
 * @throws UsageError when it is wrong; Refusal when the request cannot be executed
 */
export async function runCli(context: CliContext, argv: readonly string[]): Promise<void> {
  const asked = readCommandLine(icmpmon, argv);
  if (asked.asksForHelp) return context.printLine(helpOf(asked.path));
  const action = ACTIONS[asked.words];
  if (action === undefined)
    throw new Refusal(`This app does not run ${asked.words}. Use: npm run icmpmon -- ${asked.words}`);
  await action(context, asked);
}
