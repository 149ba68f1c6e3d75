// npm run icmpmon -- <command>: looks after the installation of this folder, or of the ICMPMON_* addresses given.
import { fail, Refusal } from './say.mjs';
import { checkSystem, setUp } from './setup.mjs';
import { backup } from './upkeep/backup.mjs';
import { knownAddresses, ownerAddresses, runCli } from './upkeep/installation.mjs';
import { restore } from './upkeep/restore.mjs';

/** What takes the database's own tools and the private files; everything else is the command line tool's. */
/** @type {Record<string, (args: string[]) => Promise<void>>} */
const here = { backup, restore };
const [command, ...args] = process.argv.slice(2);

try {
  checkSystem();
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  if (Object.hasOwn(here, command ?? '')) {
    await here[command](args);
  } else {
    const addresses = knownAddresses();
    const asksForHelp =
      command === undefined || [command, ...args].some((arg) => ['help', '--help', '-h'].includes(arg));
    if (!addresses && !asksForHelp) {
      throw new Refusal(
        'There is no installation here: start it with `npm start -- --detach`, or set the ICMPMON_* addresses.',
      );
    }
    process.exitCode = (
      await runCli(
        [command, ...args].filter((arg) => arg !== undefined),
        ownerAddresses(addresses),
      )
    ).code;
  }
  process.exit();
} catch (error) {
  fail(error);
}
