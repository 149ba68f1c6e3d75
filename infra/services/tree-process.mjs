import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path of a service's data inside the tree; each instance mounts its own folder there. */
export const dataMount = '/srv/data';

// Every step uses exec, so that the child's pid is that of the server itself and a signal reaches it.
const enter = [
  'set -e',
  'mount --bind "$1" "$2/srv/data"',
  'mount --rbind /dev "$2/dev"',
  'mount --rbind /proc "$2/proc"',
  'tree="$2"; user="$3"; shift 3',
  'exec chroot --userspec="$user" --groups="" "$tree" "$@"',
].join('; ');

/**
 * Returns the command that runs a program of the Debian tree on a data folder of the host, in a mount namespace of its own: instances
 * do not see each other's data, and the mounts end with the process.
 * @param {{ treeDir: string, dataDir: string, user: string, command: string, args: string[] }} of
 */
export function treeCommand({ treeDir, dataDir, user, command, args }) {
  const { uid, gid } = treeUser(treeDir, user);
  return {
    command: 'unshare',
    args: ['--mount', 'sh', '-c', enter, 'sh', dataDir, treeDir, `${uid}:${gid}`, command, ...args],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  };
}

/**
 * @param {string} treeDir
 * @param {string} name
 */
export function treeUser(treeDir, name) {
  const lines = readFileSync(join(treeDir, 'etc/passwd'), 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':')).find((entry) => entry[0] === name);
  if (!fields) throw new Error(`${treeDir} has no user ${name}. Remove the folder; the next start creates it again.`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
