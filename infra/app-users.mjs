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

/** Each has a user of its own, so that none reads another's environment, memory or files. */
const names = ['gateway', 'api', 'projector', 'worker', 'agent', 'kafka'];
/** Debian keeps these numbers free of users; nothing is written to /etc/passwd. */
const lowestUid = 50_000;
const groupsOfUids = 900;
const uidsPerGroup = 10;

/**
 * Who runs the processes of the installation below `dir`, by name: {uid, gid}. Under sudo all belong to the person behind it, and
 * without root to the user that started them; `needed` are the files that all of them read.
 * @param {string} dir
 * @param {string[]} needed
 * @returns {{users: Record<string, {uid?: number, gid?: number}>, reason?: string}} `reason` says why they stay root's
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
  throw new Error(`All user numbers from ${lowestUid} on are taken on this machine.`);
}

function takenUids() {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return new Set(lines.map((line) => Number(line.split(':')[2])));
}

/**
 * By trying: what lies above a file decides as well.
 * @param {AppUser} user
 * @param {string} path
 */
function canRead(user, path) {
  const script = 'require("node:fs").accessSync(process.argv[1], 4)';
  return spawnSync(process.execPath, ['-e', script, path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/**
 * Makes a folder that belongs to the user with all that is in it; links are not followed.
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
 * How to start a program as the user. The agent's keeps the one right that fping needs, so that it does not depend on how fping was
 * installed, and can never get another one.
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
  // A container may not have the right to pass on; then fping has its own.
  if (spawnSync('setpriv', [...becomes, 'true'], { stdio: 'ignore' }).status !== 0)
    return { command, args, user: { uid, gid } };
  return { command: 'setpriv', args: [...becomes, command, ...args], user: {} };
}
