import { type FilteredTarget, FILTER_LENGTH_MAX, filterPredicate, parseFilter } from '@icmp-mon/targets/contract';

/** Fields that change without a change of the target: a scope must not depend on them. */
const NOT_IN_SCOPE = ['status', 'agent', 'placement', 'maintenance'] as const;

/** Returns what is wrong with a scope; null if it is valid. */
export function scopeFault(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '' || value.length > FILTER_LENGTH_MAX)
    return `scope must be a filter of at most ${FILTER_LENGTH_MAX} characters, such as scope: 'source=git' (docs/filter-language.md).`;
  const parsed = parseFilter(value, NOT_IN_SCOPE);
  if (parsed.ok) return null;
  return `scope is not a valid filter: ${parsed.fault.detail}`;
}

type Members = Omit<FilteredTarget, 'status' | 'agents' | 'placement' | 'maintenance'>;

/** Returns the predicate of a valid scope. */
export function scopePredicate(scope: string): (target: Members) => boolean {
  const parsed = parseFilter(scope, NOT_IN_SCOPE);
  if (!parsed.ok) throw new Error('A scope that is not valid was not refused.');
  const isMatch = filterPredicate(parsed.filter);
  return (target) => isMatch({ ...target, status: '', agents: null, placement: undefined, maintenance: undefined });
}
