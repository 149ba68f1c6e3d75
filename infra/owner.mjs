import { chownSync } from 'node:fs';

/**
 * Who asked: under sudo the person behind it, else the current user. Files that people read, and every process that
 * needs no root, belong to them.
 */
export const owner = {
  uid: Number(process.env.SUDO_UID ?? process.getuid?.()),
  gid: Number(process.env.SUDO_GID ?? process.getgid?.()),
};

export const isRoot = () => process.getuid?.() === 0;

/** @param {string} path */
export function giveToOwner(path) {
  if (isRoot() && owner.uid !== 0) chownSync(path, owner.uid, owner.gid);
}

/** Options for `spawn` that drop root when the command was started by sudo. */
export function asOwner() {
  return isRoot() && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : {};
}
