import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asOwner, isRoot, owner } from './owner.mjs';
import { hasCommand } from './provision/system-packages.mjs';

/**
 * The user that runs a process; empty for the user that starts it.
 * @typedef {{ uid?: number, gid?: number }} AppUser
 */

/** Each process has its own user, so that no process can read another's environment, memory or files. */
const names = ['gateway', 'api', 'projector', 'worker', 'agent', 'kafka'];
/** First user id. Debian assigns none in this range; nothing is written to /etc/passwd. */
const lowestUid = 50_000;
const groupsOfUids = 900;
const uidsPerGroup = 10;

/**
 * Returns the user of each process of the installation below `dir`, by name: {uid, gid}. Under sudo all processes run as the user
 * that called it, and without root as the user that started them. All of them must be able to read the files in `needed`.
 * @param {string} dir
 * @param {string[]} needed
 * @returns {{users: Record<string, {uid?: number, gid?: number}>, reason?: string}} `reason`: why they run as root
 */
export function appUsers(dir, needed) {
  /** @param {AppUser} user */
  const same = (user) => Object.fromEntries(names.map((name) => [name, user]));
  if (!isRoot() || owner.uid !== 0) return { users: same(asOwner()) };
  const users = ownUids(dir, takenUids());
  const unreadable = needed.find((path) => existsSync(path) && !canRead(users.gateway, path));
  if (unreadable === undefined) return { users };
  return { users: same({}), reason: `users other than root cannot read ${unreadable}` };
}

/**
 * @param {string} dir
 * @param {Set<number>} taken
 */
export function ownUids(dir, taken) {
  const start = createHash('sha256').update(dir).digest().readUInt16BE(0);
  for (let attempt = 0; attempt < groupsOfUids; attempt++) {
    const first = lowestUid + ((start + attempt) % groupsOfUids) * uidsPerGroup;
    const users = Object.fromEntries(names.map((name, index) => [name, { uid: first + index, gid: first + index }]));
    if (!Object.values(users).some(({ uid }) => taken.has(uid))) return users;
  }
  throw new Error(`All user ids from ${lowestUid} on are taken on this machine.`);
}

function takenUids() {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return new Set(lines.map((line) => Number(line.split(':')[2])));
}

/**
 * Tests access by a process of that user, because the folders above the file count as well.
 * @param {AppUser} user
 * @param {string} path
 */
function canRead(user, path) {
  const script = 'require("node:fs").accessSync(process.argv[1], 4)';
  return spawnSync(process.execPath, ['-e', script, path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/**
 * Creates a folder and gives it, with everything in it, to the user; symbolic links are not followed.
 * @param {string} dir
 * @param {AppUser} user
 * @param {number} mode
 */
export function giveFolder(dir, { uid, gid }, mode) {
  mkdirSync(dir, { recursive: true, mode });
  if (uid === undefined || gid === undefined) return;
  chmodSync(dir, mode);
  giveTree(dir, uid, gid);
}

/**
 * @param {string} path
 * @param {number} uid
 * @param {number} gid
 */
export function giveTree(path, uid, gid) {
  const stat = lstatSync(path);
  if (stat.uid !== uid || stat.gid !== gid) lchownSync(path, uid, gid);
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path)) giveTree(join(path, name), uid, gid);
}

/**
 * Returns the command that starts a program as the user. The agent keeps only the capability that fping needs (CAP_NET_RAW), so that
 * it does not depend on how fping was installed; it can never gain another one.
 * @param {{uid?: number, gid?: number}} user
 * @param {string} command
 * @param {string[]} args
 */
export function commandAs({ uid, gid }, command, args, { rawSockets = false } = {}) {
  if (uid === undefined || !rawSockets || !isRoot() || !hasCommand('setpriv')) {
    return { command, args, user: uid === undefined ? {} : { uid, gid } };
  }
  const rights = ['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw'];
  const becomes = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...rights];
  // A container may lack the capability; fping then uses its own.
  if (spawnSync('setpriv', [...becomes, 'true'], { stdio: 'ignore' }).status !== 0)
    return { command, args, user: { uid, gid } };
  return { command: 'setpriv', args: [...becomes, command, ...args], user: {} };
}
