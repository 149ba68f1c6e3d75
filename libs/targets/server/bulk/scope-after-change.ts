import { type BulkChange, scopeFilter } from '@icmp-mon/targets/contract';
import { inventoryTable, tableCondition } from '../target-list/filter-condition';
import { searchedText } from '../target-list/search-condition';

/** A row of `target_list` as a change leaves it, with its search text. */
const CHANGED_TARGET = inventoryTable('changed_target', searchedText);

/** Returns SQL that is true for the rows of `target_list` that a change would take out of a scope. Adds its parameters to `params`. */
export function leavesScopeCondition(change: BulkChange, scope: string, params: unknown[]): string {
  const place = (param: unknown): string => `$${params.push(param)}`;
  const { addTags = {}, removeTags = [], tier, owner } = change;
  const tags = `((target_list.tags - ${place(removeTags)}::text[]) || ${place(JSON.stringify(addTags))}::jsonb)`;
  const columns = [
    'target_list.ip, target_list.vrf, target_list.name',
    `${tier === undefined ? 'target_list.tier' : `${place(tier)}::text`} AS tier`,
    `${owner === undefined ? 'target_list.owner' : `${place(owner)}::text`} AS owner`,
    `target_search_text(target_list.ip, target_list.name, ${tags}) AS text`,
  ];
  const inScope = tableCondition(scopeFilter(scope), params, CHANGED_TARGET);
  return `NOT EXISTS (SELECT FROM (SELECT ${columns.join(', ')}) AS changed_target WHERE ${inScope})`;
}
