/**
 * Returns the message of any thrown value.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns the code of an error of Node, PostgreSQL or a system call, such as ENOENT; empty when it has none.
 * @param {unknown} error
 */
export function codeOf(error) {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
