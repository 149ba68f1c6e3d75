import type { Scope } from '@icmp-mon/identity/contract';
import { filterPredicate } from './filter/filter-predicate';
import { joined, type ParsedFilter, parseFilter } from './filter/parse-filter';
import { FILTER_FIELDS, type FilteredTarget, type FilterField, type TargetFilter } from './filter/target-filter';

/** Fields of a scope: what the inventory states. Statuses, agents, placements and maintenance change by themselves, and parents belong to other targets. */
export const SCOPE_FIELDS: readonly FilterField[] = ['ip', 'name', 'tier', 'vrf', 'owner'];

/** Fields of the list that a scope does not have. */
const FIELDS_WITHOUT_SCOPE: readonly FilterField[] = FILTER_FIELDS.filter((field) => !SCOPE_FIELDS.includes(field));

/** The members of a target that a scope compares. */
type ScopedTarget = Pick<FilteredTarget, 'ip' | 'vrf' | 'name' | 'tags' | 'tier' | 'owner'>;

const NOT_COMPARED = {
  status: '',
  paused: false,
  parents: [],
  agents: [],
  placement: null,
  maintenance: null,
} as const;

/** Parses a scope: a filter of tags and of the fields `ip`, `name`, `tier`, `vrf` and `owner`. */
export const parseScope = (text: string): ParsedFilter => parseFilter(text, FIELDS_WITHOUT_SCOPE);

/** Returns the filter of a stored scope. @throws Error for a text that is not valid, so that nothing is shown */
export function scopeFilter(scope: string): TargetFilter {
  const parsed = parseScope(scope);
  if (!parsed.ok) throw new Error(`The stored scope "${scope}" is not valid: ${parsed.fault.detail}`);
  return parsed.filter;
}

/** Returns the filter of the targets that a filter selects within a scope; null for all targets. */
export function limitedFilter(filter: TargetFilter | null, scope: Scope): TargetFilter | null {
  if (scope === null) return filter;
  const limit = scopeFilter(scope);
  return filter === null ? limit : joined('and', [limit, filter]);
}

/** Returns the predicate of a scope; without a scope, it is true for every target. */
export function scopePredicate(scope: Scope): (target: ScopedTarget) => boolean {
  if (scope === null) return () => true;
  const matches = filterPredicate(scopeFilter(scope));
  return (target) => matches({ ...NOT_COMPARED, ...target });
}
