import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { DomainError } from '@icmp-mon/platform/errors';
import type { TargetSort } from '@icmp-mon/targets/contract';

/** End of a page: the sort column's value (as text of PostgreSQL) and the key of its last row. */
export interface ListCursor {
  value: string;
  key: number;
}

const CURSOR_LENGTH_MAX = 1_500;
/** Largest `integer` of PostgreSQL, the type of keys. */
const KEY_MAX = 2 ** 31 - 1;

/** Valid values of each sort column, so that no other text reaches a cast in the database. */
const IS_VALUE: Readonly<Record<TargetSort, (value: string) => boolean>> = {
  status: (value) => /^[0-3]$/.test(value),
  ip: isHostAddress,
  name: (value) => !/\p{Cc}/u.test(value),
  tier: (value) => !/\p{Cc}/u.test(value),
  since: (value) => value === '-infinity' || isTimestamp(value),
};

/** Returns whether a text is an inet of one address, such as `192.0.2.7/32`. */
function isHostAddress(value: string): boolean {
  const [, address = '', bits] = /^([\da-f.:]+)\/(\d+)$/.exec(value) ?? [];
  const family = isIP(address);
  return family !== 0 && bits === (family === 4 ? '32' : '128');
}

/** Returns whether a text is a timestamptz, such as `2026-01-01 00:00:00.5+00`. */
function isTimestamp(value: string): boolean {
  const [, day, time] =
    /^([1-9]\d{3}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](?:0\d|1[0-4])(?::[0-5]\d){0,2}$/.exec(value) ?? [];
  if (day === undefined || time === undefined) return false;
  const date = new Date(`${day}T${time}Z`);
  // JavaScript parses a day that does not exist as one of the next month.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${day}T${time}`);
}

const invalid = (detail: string): DomainError => new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);

/** Returns a fingerprint of filter and order, so that a cursor is not used with another list. */
export function listFingerprint(list: Readonly<Record<string, string | undefined>>): string {
  const named = Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(named)).digest('base64url').slice(0, 12);
}

export function encodeCursor(fingerprint: string, cursor: ListCursor): string {
  return Buffer.from(JSON.stringify([fingerprint, cursor.value, cursor.key])).toString('base64url');
}

/** @throws DomainError `invalid` for an invalid cursor, or one of another list */
export function decodeCursor(fingerprint: string, cursor: string, sort: TargetSort): ListCursor {
  if (cursor.length > CURSOR_LENGTH_MAX) throw invalid('The cursor is too long: pass the `next` of a page unchanged.');
  const parts = parse(cursor);
  if (!Array.isArray(parts) || parts.length !== 3)
    throw invalid('The cursor is not valid: pass the `next` of a page unchanged.');
  const [list, value, key] = parts as unknown[];
  if (typeof value !== 'string' || !isKey(key))
    throw invalid('The cursor is not valid: pass the `next` of a page unchanged.');
  if (list !== fingerprint) {
    throw invalid('The cursor belongs to another filter or order: keep both while paging, or start without a cursor.');
  }
  if (!IS_VALUE[sort](value)) throw invalid('The cursor is not valid: pass the `next` of a page unchanged.');
  return { value, key };
}

function isKey(key: unknown): key is number {
  return typeof key === 'number' && Number.isInteger(key) && key >= 1 && key <= KEY_MAX;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw invalid(
      `The cursor is not valid (${error instanceof Error ? error.name : 'unreadable'}): pass the \`next\` of a page unchanged.`,
    );
  }
}
