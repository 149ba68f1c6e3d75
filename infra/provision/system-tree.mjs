import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../error-text.mjs';
import { run } from '../run.mjs';
import { Refusal } from '../output.mjs';
import { installDebianPackages } from './system-packages.mjs';

const suite = 'trixie';
/** Keyring that verifies what is downloaded here and then run as root. */
const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const keyringPackage = 'debian-archive-keyring';
const packages = ['postgresql-17', 'postgresql-17-timescaledb', 'valkey-server'];

/**
 * Returns the folder of a Debian tree with the database servers. It is created once; an interrupted attempt is repeated.
 * @param {string} runtimeDir
 * @param {(line: string) => void} print
 */
export async function systemTree(runtimeDir, print) {
  const treeDir = join(runtimeDir, 'system');
  if (existsSync(treeDir)) return treeDir;
  const partialDir = `${treeDir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(runtimeDir, { recursive: true });
  await ensureKeyring(print);
  print(`Downloading PostgreSQL 17, TimescaleDB and Valkey from Debian (700 MB on disk, about a minute) …`);
  await run('debootstrap', debootstrapArguments(partialDir, debianMirror()));
  mkdirSync(join(partialDir, 'srv/data'), { recursive: true });
  rmSync(join(partialDir, 'var/cache/apt/archives'), { recursive: true, force: true });
  renameSync(partialDir, treeDir);
  return treeDir;
}

/**
 * Without --force-check-gpg, debootstrap would skip the verification when the keyring is missing.
 * @param {string} treeDir
 * @param {string} mirror
 */
export function debootstrapArguments(treeDir, mirror) {
  const verified = ['--force-check-gpg', `--keyring=${debianKeyring}`];
  return [...verified, '--variant=minbase', `--include=${packages.join(',')}`, suite, treeDir, mirror];
}

/**
 * @param {(line: string) => void} print
 * @throws Refusal when the keyring is missing and cannot be installed: nothing unverified is downloaded
 */
export async function ensureKeyring(print, { file = debianKeyring, install = installDebianPackages } = {}) {
  if (existsSync(file)) return;
  let cause = `${keyringPackage} does not contain it`;
  try {
    await install([keyringPackage], print);
    if (existsSync(file)) return;
  } catch (error) {
    cause = messageOf(error);
  }
  throw new Refusal(
    `Debian's keyring ${file} is missing, so downloads could not be verified. Install the package ` +
      `${keyringPackage}, or copy the keyring there. Nothing was downloaded. (${cause})`,
  );
}

/** Returns the mirror that this machine already uses for Debian's main archive. */
export function debianMirror(aptDir = '/etc/apt') {
  const listDir = join(aptDir, 'sources.list.d');
  const files = [join(aptDir, 'sources.list')];
  if (existsSync(listDir))
    files.push(
      ...readdirSync(listDir)
        .sort()
        .map((name) => join(listDir, name)),
    );
  for (const file of files.filter((path) => existsSync(path))) {
    const found = mirrorIn(readFileSync(file, 'utf8'));
    if (found) return found;
  }
  throw new Error(`Found no mirror of Debian's archive in ${aptDir}. Add one to sources.list.`);
}

/** @param {string} text */
function mirrorIn(text) {
  const active = text.split('\n').filter((line) => !line.trim().startsWith('#'));
  for (const line of active) {
    const uri = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1] ?? /^URIs:\s*(\S+)/i.exec(line)?.[1];
    if (uri && /\/debian\/?$/.test(uri)) return uri;
  }
  return undefined;
}
