import { type FilterField, lowerCase, tagKeyOf, type TargetFilter } from '@icmp-mon/targets/contract';
import { inventoryTable, tableCondition } from '../target-list/filter-condition';
import { scopeCondition } from '../target-list/scope-condition';
import { searchedText } from '../target-list/search-condition';
import { isoText } from '../target-list/target-row';

/** Fields of the list that a version does not have. */
export const FIELDS_WITHOUT_HISTORY: readonly FilterField[] = ['status', 'agent', 'placement', 'maintenance'];

/** The table `target_version` for filters: search text and columns are in the same row. */
const VERSION_TABLE = inventoryTable('target_version', searchedText);

/** Tags as `key=value` in lower case: the expression of the index `target_version_tags`. */
const TAGS = String.raw`string_to_array(btrim(split_part(text, E'\n', 4), E'\t'), E'\t\t')`;

/**
 * Returns the SQL condition on `target_version` for a filter without `status`, `agent`, `placement` and `maintenance`. Values of tags that every match has are looked up
 * in their index before the rows are compared.
 */
export function versionCondition(filter: TargetFilter, params: unknown[]): string {
  const indexed = requiredTags(filter).map((tags) => `${TAGS} && $${params.push(tags)}::text[]`);
  return [...indexed, tableCondition(filter, params, VERSION_TABLE)].join(' AND ');
}

/**
 * Returns the SQL condition on `target_version` for targets that did not leave a scope: they are in it now, or are removed. Together with the
 * scope on the version, a target is shown only as it was while it was in the scope.
 */
export function stillInScope(scope: string, params: unknown[]): string {
  const outside = `SELECT 1 FROM target_list WHERE target_list.key = target_version.key AND NOT ${scopeCondition(scope, params)}`;
  return `NOT EXISTS (${outside})`;
}

/** Returns the lists of tags of which each match has at least one. */
function requiredTags(filter: TargetFilter): string[][] {
  if (filter.kind === 'and') return filter.parts.flatMap(requiredTags);
  const key = filter.kind === 'oneOf' ? tagKeyOf(filter.subject) : null;
  if (filter.kind !== 'oneOf' || key === null) return [];
  return [filter.values.map((value) => lowerCase(`${key}=${value}`))];
}

/** Columns of `target_version` for a view. */
export const VERSION_COLUMNS = `id, key, host(ip) AS ip, vrf, name, tags, tier, paused, parents, notes, owner, ${isoText('registered_at')} AS "registeredAt", version,
  ${isoText('lower(valid)')} AS "validFrom", ${isoText('upper(valid)')} AS "validTo"`;
