import type { SavedView, SavedViewQuery } from '@icmp-mon/targets/contract';
import { type ColumnId, columnsText } from './list-columns';
import { givenParams, type ListParams, listParams, type ListQuery, readListQuery } from './list-query';

/** Returns what a view of the shown list has to hold. */
export function viewQuery(query: ListQuery, columns: readonly ColumnId[]): SavedViewQuery {
  return { ...givenParams(query), columns: columnsText(columns) };
}

/** Returns the URL parameters of a view; null removes a parameter. */
export function viewParams({ id, query }: SavedView): Record<keyof ListParams | 'columns' | 'view', string | null> {
  return { ...listParams(readListQuery(query)), columns: query.columns ?? null, view: id };
}
