/** Longest key of a tag, and longest VRF. */
const IDENTIFIER_LENGTH_MAX = 63;

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
  const trim = (each: string): string => each.replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '');
  const cleaned = trim(trim(text.replace(/[^a-zA-Z0-9_.-]+/g, '-')).slice(0, IDENTIFIER_LENGTH_MAX));
  return cleaned === '' ? undefined : cleaned;
}

/**
 * Returns a value of JSON as text: of an object its `value` (choices of NetBox), otherwise its slug or name; of a list the texts of its items,
 * separated by commas. Undefined if there is none.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return cleanText(value.flatMap((item: unknown) => textOf(item) ?? []).join(','));
  if (typeof value !== 'object' || value === null) return undefined;
  const found = ['value', 'slug', 'name', 'display'].find((member) => textOf(memberOf(value, member)) !== undefined);
  return found === undefined ? undefined : textOf(memberOf(value, found));
}

/** Returns the value at a path of members, such as `custom_fields.site`; undefined if there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((at: unknown, member) => memberOf(at, member), value);
}

function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
  return (value as Record<string, unknown>)[member];
}
