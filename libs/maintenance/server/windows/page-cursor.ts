import { DomainError } from '@icmp-mon/platform/errors';

/** Returns the cursor of the next page of a list: the values of its order at the last row. */
export const encodeCursor = (list: string, values: readonly string[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/**
 * Returns the values of a cursor; null without one.
 * @throws DomainError `invalid` for a cursor of another list
 */
export function decodeCursor(list: string, cursor: string | undefined, isValid: readonly RegExp[]): string[] | null {
  if (cursor === undefined) return null;
  try {
    const [name, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const texts = values.filter((value) => typeof value === 'string');
    if (name === list && texts.length === isValid.length && isValid.every((valid, at) => valid.test(texts[at]))) {
      return texts;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  const detail = 'The cursor is not valid. Use the cursor of a page, or start without one.';
  throw new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
export const DATE = /^\d{4}-\d{2}-\d{2}$/;
export const WHOLE_NUMBER = /^\d{1,10}$/;
