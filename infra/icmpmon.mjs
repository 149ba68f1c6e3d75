// npm run icmpmon: administers the installation of this folder, or the one at the ICMPMON_* addresses of the environment.
import { icmpmon, isRemote } from '../apps/cli/commands/index.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';
import { printBlock, requireReadable } from './print-block.mjs';
import { writeBillOfMaterials } from './sbom.mjs';
import { setUp } from './setup.mjs';
import { backup } from './upkeep/backup.mjs';
import { runClient } from './upkeep/run-client.mjs';
import { hasOwnServices, knownAddresses, ownerAddresses, requireInstallation, runCli } from './upkeep/installation.mjs';
import { requireBackup, restore } from './upkeep/restore.mjs';

/** @typedef {import('./commands/run-command.mjs').Invocation} Invocation */

/**
 * Commands that this process runs itself, because they use the database's own tools, the private files, or no installation at all.
 * The client (apps/client) runs the commands that use the API, the command line app (apps/cli) all others. `check` throws a Refusal before
 * anything is installed; `run` returns the exit code, 0 unless set.
 * @typedef {{ check?: (asked: Invocation) => void, run: (asked: Invocation) => unknown, needsPackages: boolean }} LocalCommand
 * @type {Record<string, LocalCommand>}
 */
const LOCAL = {
  backup: { check: requireInstallation, run: backup, needsPackages: true },
  restore: { check: requireBackup, run: restore, needsPackages: true },
  'print-block': { check: requireReadable, run: printBlock, needsPackages: true },
  sbom: { run: writeBillOfMaterials, needsPackages: false },
};

await runCommand(icmpmon, async (asked) => {
  if (isRemote(asked.path)) {
    requireRunning();
    await setUp(import.meta.url, { provider: 'none', commands: [] });
    process.exit(await runClient(process.argv.slice(2)));
  }
  const local = Object.hasOwn(LOCAL, asked.words) ? LOCAL[asked.words] : undefined;
  local?.check?.(asked);
  // Services that the installation does not start itself may answer even while the apps are stopped.
  if (!local && !hasOwnServices()) requireRunning();
  if (local?.needsPackages !== false) await setUp(import.meta.url, { provider: 'none', commands: [] });
  const code = local
    ? await local.run(asked)
    : (await runCli(process.argv.slice(2), ownerAddresses(knownAddresses()))).code;
  process.exit(typeof code === 'number' ? code : 0);
});
