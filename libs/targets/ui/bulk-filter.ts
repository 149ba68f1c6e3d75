import { filterText, parseFilter, splitTerms, TAG_KEY, type TargetFilter } from '@icmp-mon/targets/contract';
import type { ListQuery } from './list-query';

/** A filter that selects all targets. */
const ALL_TARGETS = 'vrf ~ "*"';

/**
 * Returns the filter that selects the targets of a list. Null if its search has a term for parts of texts, which no filter expresses:
 * only `key=value` and `key=` can be converted.
 */
export function bulkFilter({ q, filter, statuses, tier }: ListQuery): string | null {
  const searched = splitTerms(q).map(tagFilter);
  if (searched.some((term) => term === null)) return null;
  const parts: (TargetFilter | null)[] = [...searched];
  if (statuses.length > 0) parts.push({ kind: 'oneOf', subject: 'status', values: statuses });
  if (tier !== '') parts.push({ kind: 'oneOf', subject: 'tier', values: [tier] });
  if (filter !== '') {
    const parsed = parseFilter(filter);
    if (!parsed.ok) return null;
    parts.push(parsed.filter);
  }
  return textOfAll(parts.filter((part) => part !== null));
}

function tagFilter(term: string): TargetFilter | null {
  const at = term.indexOf('=');
  const key = term.slice(0, at);
  if (at <= 0 || !TAG_KEY.test(key)) return null;
  const value = term.slice(at + 1);
  const subject = `tag:${key}` as const;
  return value === '' ? { kind: 'present', subject } : { kind: 'oneOf', subject, values: [value] };
}

function textOfAll(parts: readonly TargetFilter[]): string {
  const [first, second] = parts;
  if (first === undefined) return ALL_TARGETS;
  if (second === undefined) return filterText(first);
  return filterText({ kind: 'and', parts: parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part])) });
}
