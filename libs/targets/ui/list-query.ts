import { STATUSES, type Status } from '@icmp-mon/status/contract';
import { searchPieces, searchText, TARGET_SORTS, type TargetSort, type TargetView } from '@icmp-mon/targets/contract';

/** What the list shows: the part of the page's address that goes to the server. */
export interface ListQuery {
  q: string;
  statuses: Status[];
  tier: string;
  sort: TargetSort;
  order: 'asc' | 'desc';
}

/** The query parameters of `/targets`, as the router gives them. */
export interface ListParams {
  q?: string;
  status?: string;
  tier?: string;
  sort?: string;
  order?: string;
}

export const WORST_FIRST: ListQuery = { q: '', statuses: [], tier: '', sort: 'status', order: 'asc' };

/** Reads the address; what it does not understand is left out, so that an old link still shows a list. */
export function readListQuery(params: ListParams): ListQuery {
  const asked = (params.status ?? '').split(',');
  return {
    q: (params.q ?? '').trim(),
    statuses: STATUSES.filter((status) => asked.includes(status)),
    tier: params.tier ?? '',
    sort: TARGET_SORTS.find((sort) => sort === params.sort) ?? WORST_FIRST.sort,
    order: params.order === 'desc' ? 'desc' : 'asc',
  };
}

/** The address of a query; null removes a parameter, so that the plain list has a plain address. */
export function listParams(query: ListQuery): Record<keyof ListParams, string | null> {
  return {
    q: query.q || null,
    status: query.statuses.join(',') || null,
    tier: query.tier || null,
    sort: query.sort === WORST_FIRST.sort ? null : query.sort,
    order: query.order === WORST_FIRST.order ? null : query.order,
  };
}

/** Whether anything narrows the list. */
export function isFiltered(query: ListQuery): boolean {
  return query.q !== '' || query.statuses.length > 0 || query.tier !== '';
}

/** Whether the server would list the target under the query (see TargetListQuery). */
export function matches(view: TargetView, query: ListQuery): boolean {
  if (query.statuses.length > 0 && !query.statuses.includes(view.status)) return false;
  if (query.tier !== '' && view.tier !== query.tier) return false;
  const text = searchText(view);
  return searchPieces(query.q).every((piece) => text.includes(piece));
}

/** Whether the change of a listed row would move it, or take it off the list. */
export function moves(before: TargetView, after: TargetView, query: ListQuery): boolean {
  if (!matches(after, query)) return true;
  return before[query.sort] !== after[query.sort];
}
