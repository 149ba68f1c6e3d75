import { chownSync } from 'node:fs';

/**
 * The calling user: under sudo the user that called it, otherwise the current user. Files that people read, and every process that
 * does not need root, belong to this user.
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

/** Returns the options for `spawn` that drop root when the command was started by sudo. */
export function asOwner() {
  return isRoot() && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : {};
}
