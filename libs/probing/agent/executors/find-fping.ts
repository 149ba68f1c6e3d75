import { accessSync, constants, statSync } from 'node:fs';

const USUAL_PLACES = ['/usr/bin/fping', '/usr/sbin/fping', '/usr/local/bin/fping', '/usr/local/sbin/fping'];

/** Returns the absolute path of the fping to use: the configured one, otherwise the first of the usual places; null if there is none. */
export function findFping(configured: string | undefined): string | null {
  const places = configured === undefined ? USUAL_PLACES : [configured];
  return places.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR';
  }
}

/** Returns the identity of a file. It changes when the file is replaced, and is empty if there is none. */
export function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}
