import { DomainError } from '@icmp-mon/platform/errors';

/** Longest text of a cursor, for the requests that take one. */
export const CURSOR_LENGTH_MAX = 256;
const NOT_A_CURSOR = 'is not valid. Use the cursor of a page, or start without one';

/** Returns the end of a page of a list as an opaque text: the list's name and the numbers of its sort key. */
export function encodeNumberCursor(list: string, numbers: readonly number[]): string {
  return Buffer.from(JSON.stringify([list, ...numbers])).toString('base64url');
}

/**
 * Returns the numbers of a cursor of the given list.
 * @throws DomainError `invalid` for a text that is not a cursor, or a cursor of another list
 */
export function decodeNumberCursor(list: string, cursor: string, count: number): number[] {
  const parts = cursor.length > CURSOR_LENGTH_MAX ? null : parse(cursor);
  if (!Array.isArray(parts) || parts.length !== count + 1) throw refused(NOT_A_CURSOR);
  const [name, ...numbers] = parts as unknown[];
  if (!numbers.every((number): number is number => Number.isSafeInteger(number))) {
    throw refused(NOT_A_CURSOR);
  }
  if (name !== list) throw refused('belongs to another list. Start without a cursor');
  return numbers;
}

function refused(what: string): DomainError {
  const detail = `The cursor ${what}.`;
  return new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
