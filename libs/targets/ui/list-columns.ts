import type { TargetSort } from '@icmp-mon/targets/contract';
import type { ListQuery } from './list-query';

/** A column of the target list. */
export interface Column {
  text: string;
  /** Sort order of the column; null if the list cannot be sorted by it. */
  sort: TargetSort | null;
  /** CSS class of the column's cells. */
  name: string;
}

export const LIST_COLUMNS: readonly Column[] = [
  { text: 'Status', sort: 'status', name: 'status' },
  { text: 'Address', sort: 'ip', name: 'ip' },
  { text: 'Name', sort: 'name', name: 'name' },
  { text: 'Tier', sort: 'tier', name: 'tier' },
  { text: 'Tags', sort: null, name: 'tags' },
  { text: 'RTT', sort: null, name: 'rtt' },
  { text: 'Loss 5 min', sort: null, name: 'loss' },
  { text: 'Loss 1 h', sort: null, name: 'strip' },
  { text: 'Duration', sort: 'since', name: 'since' },
  { text: 'Last success', sort: null, name: 'success' },
];

/** Returns the `aria-sort` of a column; null if the list cannot be sorted by it. */
export function ariaSort({ sort }: Column, query: ListQuery): 'ascending' | 'descending' | 'none' | null {
  if (sort === null) return null;
  if (query.sort !== sort) return 'none';
  return query.order === 'asc' ? 'ascending' : 'descending';
}
