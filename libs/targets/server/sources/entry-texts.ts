import { IDENTIFIER_LENGTH_MAX } from '@icmp-mon/targets/wire';

/** Lists and objects of a value that are within each other; what is deeper has no text. */
const DEPTH_MAX = 8;
/** Members of an object that name it, the best one first. */
const NAMING = ['value', 'slug', 'name', 'display'];

/** Returns a text as a name or the value of a tag: without blanks at its ends, in normal form NFC; undefined if it is empty. */
export function cleanText(text: string): string | undefined {
  const cleaned = text.normalize('NFC').trim();
  return cleaned === '' ? undefined : cleaned;
}

/**
 * Returns a text as a key of a tag or a VRF: runs of other characters than letters, digits, `_`, `.` and `-` become `-`, and it begins and ends
 * with a letter or digit. Undefined if nothing is left.
 */
export function identifierOf(text: string): string | undefined {
  const begun = text.replace(/[^a-zA-Z0-9_.-]+/g, '-').replace(/^[^a-zA-Z0-9]+/, '');
  // Cut before its end is searched: on a long text that would take a time with the square of its length.
  const cleaned = begun.slice(0, IDENTIFIER_LENGTH_MAX).replace(/[^a-zA-Z0-9]+$/, '');
  return cleaned === '' ? undefined : cleaned;
}

/**
 * Returns a value of JSON as text: of an object its `value` (choices of NetBox), otherwise its slug or name; of a list the texts of its items,
 * separated by commas. Undefined if there is none.
 */
export const textOf = (value: unknown): string | undefined => textWithin(value, DEPTH_MAX);

function textWithin(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  if (Array.isArray(value)) {
    return cleanText(value.flatMap((item: unknown) => textWithin(item, depth - 1) ?? []).join(','));
  }
  for (const member of NAMING) {
    const text = textWithin(memberOf(value, member), depth - 1);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Returns the value at a path of members, such as `custom_fields.site`; undefined if there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((at: unknown, member) => memberOf(at, member), value);
}

function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
  return (value as Record<string, unknown>)[member];
}
