// npm run reset: lists and removes all data of the installation.
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { reset as definition } from './commands/product.mjs';
import { runCommand } from './commands/run-command.mjs';
import { codeOf } from './error-text.mjs';
import { stopInstallation } from './installation.mjs';
import { stateDir } from './paths.mjs';
import { inventoryOf, isInstallation, sizeText } from './reset/inventory.mjs';
import { Refusal, print } from './output.mjs';
import { releaseLock, takeLock } from './start-lock.mjs';
import { readState } from './supervisor.mjs';

const lockFile = join(stateDir, 'start.lock');

await runCommand(definition, async (asked) => {
  if (!existsSync(stateDir)) return print(`There is no installation in ${stateDir}: nothing to remove.`);
  if (!isInstallation(stateDir)) {
    throw new Refusal(
      `${stateDir} is not an installation: it has other files but no layout.json. Nothing was removed. Check ICMPMON_STATE_DIR.`,
    );
  }
  refuseRunning();
  const { removed } = show();
  if (removed.length === 0) return print('There is nothing to remove.');
  if (!asked.flag('yes') && !(await isConfirmed())) throw new Refusal('Nothing was removed.');
  await remove();
});

function refuseRunning() {
  if (readState(join(stateDir, 'supervisor.json'))?.running)
    throw new Refusal('ICMP-Mon is running. Stop it first: npm stop');
}

/** Prints what a reset would remove and keep. */
function show() {
  const inventory = inventoryOf(stateDir);
  const { removed, kept, containers } = inventory;
  /** @param {string} path */
  const named = (path) => relative(stateDir, path);
  const width = Math.max(0, ...removed.map(({ name }) => name.length), ...kept.map(({ path }) => named(path).length));
  print(`Will be removed from ${stateDir}:`);
  for (const { name, bytes, holds } of removed) {
    print(`  ${name.padEnd(width)}  ${sizeText(bytes).padStart(10)}  ${holds}`.trimEnd());
  }
  if (containers) print('  and the containers of Kafka, PostgreSQL and Valkey with their volumes');
  print(`  ${'all'.padEnd(width)}  ${sizeText(removed.reduce((sum, { bytes }) => sum + bytes, 0)).padStart(10)}`);
  if (kept.length > 0) print('Will be kept:');
  for (const { path, reason } of kept) print(`  ${named(path).padEnd(width)}  ${''.padStart(10)}  ${reason}`);
  return inventory;
}

/** Asks for confirmation; needs a terminal. */
async function isConfirmed() {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refusal('Nothing was removed. To remove all of it without a question: npm run reset -- --yes');
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question('Remove all of this? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}

async function remove() {
  const starting = takeLock(lockFile);
  if (starting)
    throw new Refusal(
      `Process ${starting.pid} is starting ICMP-Mon. Wait until it has started, then stop it: npm stop`,
    );
  try {
    // The product may have been started while the question was open.
    refuseRunning();
    // A server that outlived its supervisor would keep writing into a removed folder.
    const { ended: left } = await stopInstallation(stateDir, { removeData: true });
    if (left.length > 0) print(`Stopped the processes that an interrupted run left behind: ${left.join(', ')}.`);
    const paths = inventoryOf(stateDir).removed.flatMap((each) => each.paths);
    for (const path of paths.filter((each) => each !== lockFile)) rmSync(path, { recursive: true, force: true });
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM'].includes(codeOf(error));
    throw isForbidden ? new Refusal('Some of the files belong to root. Use: sudo npm run reset -- --yes') : error;
  } finally {
    releaseLock(lockFile);
  }
  print('Removed. Start from empty: npm start -- --detach');
}
