import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';

/** Where a page ended: the sort column's value (as Postgres writes it) and the key of its last row. */
export interface Position {
  value: string;
  key: number;
}

const CURSOR_LENGTH_MAX = 1_500;

const invalid = (detail: string): DomainError => new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);

/** Names a list, so that a cursor of one list is not used in another. */
export function listFingerprint(list: Readonly<Record<string, string | undefined>>): string {
  const named = Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(named)).digest('base64url').slice(0, 12);
}

export function encodeCursor(fingerprint: string, position: Position): string {
  return Buffer.from(JSON.stringify([fingerprint, position.value, position.key])).toString('base64url');
}

/** @throws DomainError `invalid` for a text that is no cursor, or one of another list */
export function decodeCursor(fingerprint: string, cursor: string): Position {
  if (cursor.length > CURSOR_LENGTH_MAX) throw invalid('The cursor is too long to be one of ours.');
  const parts = parse(cursor);
  if (!Array.isArray(parts) || parts.length !== 3) throw invalid('The cursor is not one that a page gave.');
  const [list, value, key] = parts as unknown[];
  if (typeof value !== 'string' || !Number.isSafeInteger(key)) throw invalid('The cursor is not one that a page gave.');
  if (list !== fingerprint) {
    throw invalid('The cursor belongs to another filter or order: keep both while paging, or start without a cursor.');
  }
  return { value, key: key as number };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw invalid(`The cursor is not one that a page gave (${error instanceof Error ? error.name : 'unreadable'}).`);
  }
}
