import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBinary, rootDir } from '../paths.mjs';
import { run } from '../run.mjs';
import { Refusal } from '../output.mjs';

/**
 * Installs the packages of the lockfile unless node_modules already holds them.
 * @param {(line: string) => void} print
 */
export async function installPackages(print) {
  if (packagesInstalled()) return;
  print('Installing the locked npm packages (npm ci --ignore-scripts; about a minute) …');
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: rootDir,
    show: true,
  }).catch((cause) => {
    throw new Refusal('npm ci failed; see its message above. Nothing else was started.', { cause });
  });
  if (!existsSync(nodeBinary) && Number(process.versions.node.split('.')[0]) < 24) {
    throw new Refusal(
      `There is no npm package of Node 24 for ${process.platform}-${process.arch}. Install Node 24 and try again.`,
    );
  }
}

/** npm writes node_modules/.package-lock.json as its last step; its versions must equal those of package-lock.json. */
export function packagesInstalled(dir = rootDir) {
  const installedFile = join(dir, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const locked = JSON.parse(readFileSync(join(dir, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    if (!installed[path]) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return installed[path].version === entry.version;
  });
}
