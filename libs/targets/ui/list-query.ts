import { STATUSES, type Status } from '@icmp-mon/status/contract';
import {
  type FilteredTarget,
  filterPredicate,
  parseFilter,
  searchPieces,
  searchText,
  TARGET_SORTS,
  type TargetSort,
  type TargetView,
} from '@icmp-mon/targets/contract';

/** Filter and order of the list: the part of the page's URL that is sent to the server. */
export interface ListQuery {
  q: string;
  /** Text in the filter language. */
  filter: string;
  statuses: Status[];
  tier: string;
  sort: TargetSort;
  order: 'asc' | 'desc';
}

/** The query parameters of `/targets`, as the router passes them. */
export interface ListParams {
  q?: string;
  filter?: string;
  status?: string;
  tier?: string;
  sort?: string;
  order?: string;
}

export const WORST_FIRST: ListQuery = { q: '', filter: '', statuses: [], tier: '', sort: 'status', order: 'asc' };

/** Reads the URL; unknown values are ignored, so that an old link still shows a list. */
export function readListQuery(params: ListParams): ListQuery {
  const asked = (params.status ?? '').split(',');
  return {
    q: (params.q ?? '').trim(),
    filter: (params.filter ?? '').trim(),
    statuses: STATUSES.filter((status) => asked.includes(status)),
    tier: params.tier ?? '',
    sort: TARGET_SORTS.find((sort) => sort === params.sort) ?? WORST_FIRST.sort,
    order: params.order === 'desc' ? 'desc' : 'asc',
  };
}

/** Returns the URL parameters of a query; null removes a parameter, so that the default list has a plain URL. */
export function listParams(query: ListQuery): Record<keyof ListParams, string | null> {
  return {
    q: query.q || null,
    filter: query.filter || null,
    status: query.statuses.join(',') || null,
    tier: query.tier || null,
    sort: query.sort === WORST_FIRST.sort ? null : query.sort,
    order: query.order === WORST_FIRST.order ? null : query.order,
  };
}

/** Returns the URL parameters of a query that differ from the default. */
export function givenParams(query: ListQuery): Record<string, string> {
  const params = Object.entries(listParams(query));
  return Object.fromEntries(params.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** Returns whether the query has a filter. */
export function isFiltered(query: ListQuery): boolean {
  return query.q !== '' || query.filter !== '' || query.statuses.length > 0 || query.tier !== '';
}

/** Predicates of queries, so that a filter is parsed once for all changes of a list. */
const predicates = new WeakMap<ListQuery, (target: FilteredTarget) => boolean>();

function predicateOf(query: ListQuery): (target: FilteredTarget) => boolean {
  const known = predicates.get(query);
  if (known !== undefined) return known;
  const parsed = query.filter === '' ? null : parseFilter(query.filter);
  const predicate = parsed?.ok === true ? filterPredicate(parsed.filter) : () => true;
  predicates.set(query, predicate);
  return predicate;
}

/** Returns whether the server would list the target for the query (see TargetListQuery). */
export function matches(view: TargetView, query: ListQuery): boolean {
  if (query.statuses.length > 0 && !query.statuses.includes(view.status)) return false;
  if (query.tier !== '' && view.tier !== query.tier) return false;
  if (!predicateOf(query)({ ...view, agents: null })) return false;
  const text = searchText(view);
  return searchPieces(query.q).every((piece) => text.includes(piece));
}

/** Returns whether the change of a listed row would move it, or remove it from the list. */
export function moves(before: TargetView, after: TargetView, query: ListQuery): boolean {
  if (!matches(after, query)) return true;
  return before[query.sort] !== after[query.sort];
}
