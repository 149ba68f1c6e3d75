import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../paths.mjs';
import { writePrivateText } from '../private-file.mjs';

/** Results of labs that are kept. */
const KEPT_MAX = 50;
const GIB = 2 ** 30;

/**
 * Describes the machine, the load of the last minute and the commit, for a result.
 * @returns {string}
 */
export function circumstances() {
  const machine = `${cpus().length} cores, ${(totalmem() / GIB).toFixed(0)} GiB`;
  return `${machine}, load ${loadavg()[0].toFixed(1)}, ${commitText()}`;
}

function commitText() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', ['-C', rootDir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'no commit: not a clone';
  }
}

/**
 * Keeps the results of a lab in a file of their own, and removes the oldest of many. Returns the path of the file.
 * @param {string} dir folder of the lab
 * @param {{ scenario: string, at: Date, circumstances: string, lines: string[], results: object[] }} of
 */
export function keepResults(dir, { scenario, at, ...rest }) {
  const folder = join(dir, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${at.toISOString().replaceAll(':', '')}-${scenario}.json`);
  writePrivateText(file, `${JSON.stringify({ scenario, at, ...rest }, null, 2)}\n`);
  const kept = readdirSync(folder).sort();
  for (const name of kept.slice(0, Math.max(0, kept.length - KEPT_MAX))) rmSync(join(folder, name), { force: true });
  return file;
}
