import type { FieldError } from '@icmp-mon/platform/errors';
import { isReservedName, RESERVED_NAME } from '@icmp-mon/platform/text';

export const DEPTH_MAX = 16;
/** Maximum members and items in total. The validation library's time grows with the square of the number of members. */
export const MEMBERS_MAX = 1_000;
const ERRORS_MAX = 50;

/** Escapes a segment of a JSON pointer. */
export const escapedSegment = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

interface Place {
  value: unknown;
  pointer: string;
}

export type SentValueFaults = { kind: 'too_deep' | 'too_many' } | { kind: 'fields'; errors: FieldError[] };

/**
 * Returns the faults that make any body or query invalid, regardless of its class: member names that libraries drop, texts that are not
 * valid Unicode (a lone surrogate), too many members, too deep nesting. Null if there are none. `prefix` begins the pointers.
 */
export function sentValueFaults(sent: unknown, prefix: '#/' | '?'): SentValueFaults | null {
  const errors: FieldError[] = [];
  let level: Place[] = [{ value: sent, pointer: '' }];
  let members = 0;
  // Breadth first, without recursion: a hostile body could overflow the stack.
  for (let depth = 0; depth <= DEPTH_MAX && level.length > 0; depth += 1) {
    members += level.reduce((sum, { value }) => sum + membersIn(value), 0);
    if (members > MEMBERS_MAX) return { kind: 'too_many' };
    level = level.flatMap((place) => membersOf(place, errors, prefix));
    if (errors.length >= ERRORS_MAX) break;
  }
  if (errors.length > 0) return { kind: 'fields', errors: errors.slice(0, ERRORS_MAX) };
  return level.length > 0 ? { kind: 'too_deep' } : null;
}

const membersIn = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0;

function membersOf({ value, pointer }: Place, errors: FieldError[], prefix: string): Place[] {
  if (typeof value === 'string' && !value.isWellFormed()) {
    errors.push({
      pointer: prefix + pointer,
      detail: 'contains a lone surrogate, which is not a valid Unicode character',
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).map(([name, member]) => {
    const segment = escapedSegment(name);
    const at = pointer === '' ? segment : `${pointer}/${segment}`;
    if (!isList && isReservedName(name)) errors.push({ pointer: prefix + at, detail: `${name} ${RESERVED_NAME}` });
    else if (!isList && !name.isWellFormed())
      errors.push({ pointer: prefix, detail: 'has a member whose name is not valid Unicode' });
    return { value: member as unknown, pointer: at };
  });
}
