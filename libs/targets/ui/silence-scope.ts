import { filterText, parseScope, type TargetFilter, type TargetView } from '@icmp-mon/targets/contract';
import { bulkFilter } from './bulk-filter';
import { isFiltered, type ListQuery } from './list-query';

type Addressed = Pick<TargetView, 'ip' | 'vrf'>;

/** Returns the scope of some targets, by their addresses. */
export function scopeOfTargets(targets: readonly Addressed[]): string {
  const parts = [...Map.groupBy(targets, ({ vrf }) => vrf)].map(([vrf, inVrf]): TargetFilter => ({
    kind: 'and',
    parts: [
      { kind: 'within', ranges: inVrf.map(({ ip }) => ip) },
      { kind: 'oneOf', subject: 'vrf', values: [vrf] },
    ],
  }));
  const [only, second] = parts;
  if (only === undefined) return '';
  return filterText(second === undefined ? only : { kind: 'or', parts });
}

/**
 * Returns the scope with which a dialog for the targets of a list begins: its filter as far as it is one, and empty without a filter or for a
 * search for parts of texts, so that all targets are not silenced by accident. A filter of what a scope cannot compare is left to the dialog,
 * which shows why.
 */
export function scopeOfList(query: ListQuery): string {
  return isFiltered(query) ? (bulkFilter(query) ?? '') : '';
}

/** Returns whether the targets of a scope can be silenced one by one: a scope has limits of length and terms. */
export const isScope = (scope: string): boolean => parseScope(scope).ok;
