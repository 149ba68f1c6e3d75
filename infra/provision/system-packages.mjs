import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRoot } from '../owner.mjs';
import { run } from '../run.mjs';
import { Refusal } from '../output.mjs';

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Debian package of each command. */
/** @type {Record<string, string>} */
const packageOf = {
  fping: 'fping',
  java: 'default-jre-headless',
  mvn: 'maven',
  debootstrap: 'debootstrap',
  gpgv: 'gpgv',
  unshare: 'util-linux',
  nft: 'nftables',
  ip: 'iproute2',
  sysctl: 'procps',
  chromium: 'chromium',
  python3: 'python3',
  pip3: 'python3-pip',
};

export const isDebianLike = () => existsSync('/etc/debian_version') && hasCommand('apt-get');

/** @param {string} name */
export function hasCommand(name, path = process.env.PATH ?? '') {
  return [...path.split(delimiter), ...directories].some((dir) => dir && existsSync(join(dir, name)));
}

/** @param {string[]} names */
export const missingCommands = (names) => names.filter((name) => !hasCommand(name));

/**
 * Installs missing commands with apt; on other systems, or without root, throws a Refusal with what to install.
 * @param {string[]} names
 * @param {(line: string) => void} print
 */
export async function installMissing(names, print) {
  const missing = missingCommands(names);
  if (missing.length === 0) return;
  const packages = missing.map((name) => packageOf[name]);
  if (!isDebianLike()) {
    throw new Refusal(`These commands are missing: ${missing.join(', ')}. Install them and try again.`);
  }
  if (!isRoot()) {
    throw new Refusal(
      `These commands are missing: ${missing.join(', ')}. Run: sudo apt-get install ${packages.join(' ')}`,
    );
  }
  await installDebianPackages(packages, print);
}

/**
 * Installs Debian packages with apt; needs root.
 * @param {string[]} packages
 * @param {(line: string) => void} print
 */
export async function installDebianPackages(packages, print) {
  print(`Installing with apt: ${packages.join(', ')} …`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update', '-q'], options);
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], options);
}
