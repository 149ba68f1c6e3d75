import { parseFilter, tagKeyOf, type TargetFilter } from '@icmp-mon/targets/contract';

/**
 * Returns the filter that a search text is, so that it can be offered; null for an ordinary search. A text such as `site=fra` selects the
 * same targets either way and is not offered.
 */
export function offeredFilter(q: string): string | null {
  const text = q.trim();
  const parsed = parseFilter(text);
  return parsed.ok && !isSearchTerm(parsed.filter) ? text : null;
}

function isSearchTerm(filter: TargetFilter): boolean {
  switch (filter.kind) {
    case 'oneOf':
      return filter.values.length === 1 && tagKeyOf(filter.subject) !== null;
    case 'present':
    case 'like':
    case 'within':
    case 'and':
    case 'or':
    case 'not':
      return false;
  }
}
