import { DomainError } from '@icmp-mon/platform/errors';
import { CURSOR_LENGTH_MAX } from './number-cursor';

/** Patterns of values in cursors. */
export const CURSOR_VALUES = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  wholeNumber: /^\d{1,10}$/,
} as const;

/** Returns the end of a page of a list as an opaque text: the list's name and the texts of its sort key at the last row. */
export const encodeTextCursor = (list: string, values: readonly string[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/**
 * Returns the texts of a cursor; null without one.
 * @throws DomainError `invalid` for a text that is not a cursor of this list
 */
export function decodeTextCursor(
  list: string,
  cursor: string | undefined,
  isValid: readonly RegExp[],
): string[] | null {
  if (cursor === undefined) return null;
  const parts = cursor.length > CURSOR_LENGTH_MAX ? null : parsed(cursor);
  if (Array.isArray(parts)) {
    const [name, ...values] = parts as unknown[];
    const texts = values.filter((value) => typeof value === 'string');
    if (name === list && texts.length === isValid.length && isValid.every((valid, at) => valid.test(texts[at]))) {
      return texts;
    }
  }
  const detail = 'The cursor is not valid. Use the cursor of a page, or start without one.';
  throw new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
