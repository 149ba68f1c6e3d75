import { chownSync } from 'node:fs';

/**
 * Who asked: under sudo the person behind it, else the current user. Files that people read, and every process that
 * needs no root, belong to them.
 */
export const owner = {
  uid: Number(process.env.SUDO_UID ?? process.getuid()),
  gid: Number(process.env.SUDO_GID ?? process.getgid()),
};

export function giveToOwner(path) {
  if (process.getuid() === 0 && owner.uid !== 0) chownSync(path, owner.uid, owner.gid);
}

/** Options for `spawn` that drop root when the command was started by sudo. */
export function asOwner() {
  return process.getuid() === 0 && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : {};
}
