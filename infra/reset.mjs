// Removes all data of the installation:  npm run reset -- --yes
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopInstallation } from './installation.mjs';
import { devDir, runtimeDir, stateDir, testDir } from './paths.mjs';
import { fail, Refusal, say } from './say.mjs';
import { takeLock } from './start-lock.mjs';
import { readState } from './supervisor.mjs';

// What was fetched stays, as do the folders that belong to developing.
const kept = new Set([runtimeDir, devDir, testDir]);

try {
  if (!process.argv.includes('--yes')) {
    throw new Refusal(`This removes all targets, results and logins in ${stateDir}. To do it: npm run reset -- --yes`);
  }
  const stateFile = join(stateDir, 'supervisor.json');
  if (readState(stateFile)?.running) throw new Refusal('It is running. First: npm stop');
  const starting = takeLock(join(stateDir, 'start.lock'));
  if (starting) throw new Refusal(`Process ${starting.pid} is just starting it. Wait for that, then: npm stop`);
  // A server that outlived its supervisor would go on in a removed folder, and nothing would know of it.
  const { ended: left } = await stopInstallation(stateDir, { removeData: true });
  if (left.length > 0) say(`Ended what an interrupted run had left: ${left.join(', ')}.`);
  const paths = existsSync(stateDir) ? readdirSync(stateDir).map((name) => join(stateDir, name)) : [];
  for (const path of paths.filter((candidate) => !kept.has(candidate))) rmSync(path, { recursive: true, force: true });
  say(`Removed the data in ${stateDir}. npm start begins anew.`);
} catch (error) {
  fail(error);
}
