import { readRange } from './address-range';
import { isField, type FilterSubject, TAG_PREFIX, type TargetFilter } from './target-filter';
import { isKeyword, quoted } from './tokens';
import { misspeltField } from './tag-keys';

/**
 * Returns the canonical text of a filter: keywords in capitals, single spaces, parentheses and quotes only where they are needed. Parsing
 * it returns an equal filter.
 */
export function filterText(filter: TargetFilter): string {
  switch (filter.kind) {
    case 'and':
      return filter.parts
        .map((part) => (part.kind === 'or' ? `(${filterText(part)})` : filterText(part)))
        .join(' AND ');
    case 'or':
      return filter.parts.map(filterText).join(' OR ');
    case 'not':
      return notText(filter.part);
    case 'present':
      return `${subjectText(filter.subject)}=*`;
    case 'oneOf':
      return comparison(filter.subject, filter.values, '=');
    case 'like':
      return `${subjectText(filter.subject)} ~ ${quoted(filter.pattern, true)}`;
    case 'within':
      return withinText(filter.ranges, '=');
  }
}

function notText(part: TargetFilter): string {
  if (part.kind === 'and' || part.kind === 'or') return `NOT (${filterText(part)})`;
  if (part.kind === 'oneOf' && part.values.length === 1) return comparison(part.subject, part.values, '!=');
  if (part.kind === 'within' && isAddress(part.ranges)) return withinText(part.ranges, '!=');
  return `NOT ${filterText(part)}`;
}

function comparison(subject: FilterSubject, values: readonly string[], operator: '=' | '!='): string {
  const [first, second] = values;
  if (first !== undefined && second === undefined) return `${subjectText(subject)}${operator}${quoted(first)}`;
  return `${subjectText(subject)} IN (${values.map((value) => quoted(value)).join(', ')})`;
}

function withinText(ranges: readonly string[], operator: '=' | '!='): string {
  if (isAddress(ranges)) return `ip${operator}${ranges.join('')}`;
  return ranges.length === 1 ? `ip IN ${ranges.join('')}` : `ip IN (${ranges.join(', ')})`;
}

function isAddress(ranges: readonly string[]): boolean {
  const [only, second] = ranges;
  const verdict = only === undefined || second !== undefined ? null : readRange(only);
  return verdict?.ok === true && verdict.range.first === verdict.range.last;
}

/** Returns a subject as it is written: the key of a tag alone, unless it would be read as a field or keyword. */
export function subjectText(subject: FilterSubject): string {
  if (isField(subject)) return subject;
  const key = subject.slice(TAG_PREFIX.length);
  const isTaken = isField(key.toLowerCase()) || isKeyword(key.toUpperCase()) || misspeltField(key) !== null;
  return isTaken ? subject : key;
}
