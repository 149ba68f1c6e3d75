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
import { Refusal, say } from './say.mjs';
import { releaseLock, takeLock } from './start-lock.mjs';
import { readState } from './supervisor.mjs';

const lockFile = join(stateDir, 'start.lock');

await runCommand(definition, async (asked) => {
  if (!existsSync(stateDir)) return say(`There is no installation in ${stateDir}: nothing to remove.`);
  if (!isInstallation(stateDir)) {
    throw new Refusal(
      `${stateDir} is no installation: it has no layout.json, and other files. Nothing was removed. Check ICMPMON_STATE_DIR.`,
    );
  }
  refuseRunning();
  const { removed } = show();
  if (removed.length === 0) return say('There is nothing to remove.');
  if (!asked.flag('yes') && !(await isConfirmed())) throw new Refusal('Nothing was removed.');
  await remove();
});

function refuseRunning() {
  if (readState(join(stateDir, 'supervisor.json'))?.running) throw new Refusal('It is running. First: npm stop');
}

/** Prints what would be removed and what is kept. */
function show() {
  const inventory = inventoryOf(stateDir);
  const { removed, kept, containers } = inventory;
  /** @param {string} path */
  const named = (path) => relative(stateDir, path);
  const width = Math.max(0, ...removed.map(({ name }) => name.length), ...kept.map(({ path }) => named(path).length));
  say(`To be removed from ${stateDir}:`);
  for (const { name, bytes, holds } of removed) {
    say(`  ${name.padEnd(width)}  ${sizeText(bytes).padStart(10)}  ${holds}`.trimEnd());
  }
  if (containers) say('  and the containers of Kafka, PostgreSQL and Valkey with their volumes');
  say(`  ${'all'.padEnd(width)}  ${sizeText(removed.reduce((sum, { bytes }) => sum + bytes, 0)).padStart(10)}`);
  if (kept.length > 0) say('To be kept:');
  for (const { path, reason } of kept) say(`  ${named(path).padEnd(width)}  ${''.padStart(10)}  ${reason}`);
  return inventory;
}

/** Asks when there is a terminal to answer at. */
async function isConfirmed() {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refusal('Nothing was removed. To remove all of this: npm run reset -- --yes');
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
  if (starting) throw new Refusal(`Process ${starting.pid} is just starting it. Wait for that, then: npm stop`);
  try {
    // It may have been started while the question was open.
    refuseRunning();
    // A server that outlived its supervisor would continue in a removed folder, and nothing would know of it.
    const { ended: left } = await stopInstallation(stateDir, { removeData: true });
    if (left.length > 0) say(`Ended what an interrupted run had left: ${left.join(', ')}.`);
    const paths = inventoryOf(stateDir).removed.flatMap((each) => each.paths);
    for (const path of paths.filter((each) => each !== lockFile)) rmSync(path, { recursive: true, force: true });
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM'].includes(codeOf(error));
    throw isForbidden ? new Refusal('Some of it belongs to root: sudo npm run reset -- --yes') : error;
  } finally {
    releaseLock(lockFile);
  }
  say('Removed. Begin again with: npm start -- --detach');
}
