// npm run icmpmon: looks after the installation of this folder, or of the ICMPMON_* addresses given.
import { icmpmon } from '../apps/cli/commands/index.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';
import { setUp } from './setup.mjs';
import { backup } from './upkeep/backup.mjs';
import { hasOwnServices, knownAddresses, ownerAddresses, requireInstallation, runCli } from './upkeep/installation.mjs';
import { requireBackup, restore } from './upkeep/restore.mjs';

/** @typedef {import('./commands/run-command.mjs').Invocation} Invocation */

/**
 * What takes the database's own tools and the private files; everything else is done by the command line tool. `check` refuses what
 * cannot work before anything is installed.
 * @type {Record<string, { check: (asked: Invocation) => void, run: (asked: Invocation) => Promise<void> }>}
 */
const here = { backup: { check: requireInstallation, run: backup }, restore: { check: requireBackup, run: restore } };

await runCommand(icmpmon, async (asked) => {
  const own = Object.hasOwn(here, asked.words) ? here[asked.words] : undefined;
  own?.check(asked);
  // Servers that are not the installation's own answer whether it runs or not.
  if (!own && !hasOwnServices()) requireRunning();
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  await own?.run(asked);
  const code = own ? 0 : (await runCli(process.argv.slice(2), ownerAddresses(knownAddresses()))).code;
  process.exit(code);
});
