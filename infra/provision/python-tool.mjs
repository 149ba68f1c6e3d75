import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { giveToOwner } from '../owner.mjs';
import { Refusal } from '../output.mjs';
import { rootDir, runtimeDir } from '../paths.mjs';
import { run } from '../run.mjs';

const lockFile = join(rootDir, 'infra/fuzz/requirements.txt');
/** Oldest Python for which the locked packages exist. */
const oldestMinor = 11;

/**
 * Installs schemathesis with exactly the packages and checksums of its lock file, once, and returns how to run it. Needs Python 3.11 or later
 * with pip, and the first time PyPI.
 * @param {(line: string) => void} print
 * @returns {Promise<{ command: string, args: string[], environment: Record<string, string> }>}
 * @throws Refusal that states what is missing
 */
export async function installSchemathesis(print) {
  const version = await pythonVersion();
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex').slice(0, 12);
  const dir = join(runtimeDir, `schemathesis-python${version}-${lock}`);
  if (!existsSync(dir)) await installInto(dir, print);
  return {
    command: 'python3',
    args: ['-m', 'schemathesis.cli', '--config-file', join(rootDir, 'infra/fuzz/schemathesis.toml')],
    environment: {
      PYTHONPATH: [dir, join(rootDir, 'infra/fuzz')].join(':'),
      PYTHONDONTWRITEBYTECODE: '1',
      SCHEMATHESIS_HOOKS: 'hooks',
    },
  };
}

/** @returns {Promise<string>} such as 3.11 */
async function pythonVersion() {
  const code = 'import sys; print("%d.%d" % sys.version_info[:2])';
  const version = await run('python3', ['-c', code]).then(
    (text) => text.trim(),
    () => 'none',
  );
  const [major, minor] = version.split('.').map(Number);
  if (major === 3 && minor >= oldestMinor) return version;
  throw new Refusal(
    `schemathesis needs Python 3.${oldestMinor} or later with pip; this machine has ${version}. On Debian 12: apt-get install python3 python3-pip`,
  );
}

/**
 * @param {string} dir
 * @param {(line: string) => void} print
 */
async function installInto(dir, print) {
  print('Installing schemathesis from PyPI (locked packages, 90 MB into .icmp-mon) …');
  const partialDir = `${dir}.${process.pid}.partial`;
  mkdirSync(partialDir, { recursive: true });
  const options = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-cache-dir',
    '--no-compile',
    '--only-binary',
    ':all:',
  ];
  try {
    await run('python3', [
      '-m',
      'pip',
      'install',
      ...options,
      '--require-hashes',
      '--target',
      partialDir,
      '-r',
      lockFile,
    ]);
    renameSync(partialDir, dir);
  } catch (cause) {
    // Another process may have installed it meanwhile.
    if (existsSync(dir)) return;
    throw new Refusal(`schemathesis cannot be installed from PyPI: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  } finally {
    rmSync(partialDir, { recursive: true, force: true });
  }
  giveToOwner(dir);
}
