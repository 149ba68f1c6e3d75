/**
 * The message of whatever was thrown.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code of an error of Node, of PostgreSQL or of a system call, such as ENOENT; empty when it has none.
 * @param {unknown} error
 */
export function codeOf(error) {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
