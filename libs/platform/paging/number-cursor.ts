import { DomainError } from '@icmp-mon/platform/errors';

const CURSOR_LENGTH_MAX = 256;

/** Where a page of a list ended, as opaque text: the list's name and the numbers its order is made of. */
export function encodeNumberCursor(list: string, numbers: readonly number[]): string {
  return Buffer.from(JSON.stringify([list, ...numbers])).toString('base64url');
}

/**
 * The numbers of a cursor that the list named gave.
 * @throws DomainError `invalid` for a text that is no cursor, or one of another list
 */
export function decodeNumberCursor(list: string, cursor: string, count: number): number[] {
  const parts = cursor.length > CURSOR_LENGTH_MAX ? null : parse(cursor);
  if (!Array.isArray(parts) || parts.length !== count + 1) throw refused('is not one that a page gave');
  const [name, ...numbers] = parts as unknown[];
  if (!numbers.every((number): number is number => Number.isSafeInteger(number))) {
    throw refused('is not one that a page gave');
  }
  if (name !== list) throw refused('belongs to another list: start without a cursor');
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
