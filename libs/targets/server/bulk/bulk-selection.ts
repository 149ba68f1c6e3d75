import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import {
  type BulkChangeRequest,
  type FilteredTarget,
  filterPredicate,
  limitedFilter,
  parseFilter,
} from '@icmp-mon/targets/contract';
import { filterCondition, type FilterContext } from '../target-list/filter-condition';
import { fieldsWithout, type Filter, InvalidFilter } from '../target-list/list-filter';
import { scopeCondition } from '../target-list/scope-condition';
import { readDepths } from './removal-order';

/** Targets that one transaction changes: an open transaction of appends delays the relay. */
export const PART_TARGETS = 250;

/**
 * Returns the conditions on `target_list` for the targets of a request within the caller's scope.
 * @throws DomainError `invalid` for a fault of the filter
 */
export function selectionOf({ filter, targets }: BulkChangeRequest, context: FilterContext, scope: Scope): Filter {
  if (targets !== undefined) {
    const params: unknown[] = [targets];
    const limits = scope === null ? [] : [scopeCondition(scope, params)];
    return { conditions: ['target_list.id = ANY ($1::uuid[])', ...limits], params };
  }
  const result = parseFilter(filter ?? '', fieldsWithout(scope));
  if (!result.ok) throw new InvalidFilter(result.fault, '#/filter');
  const params: unknown[] = [];
  const limited = limitedFilter(result.filter, scope) ?? result.filter;
  return { conditions: [filterCondition(limited, params, context)], params };
}

/**
 * Returns whether a target that was changed after a job was accepted is still selected. The agents and the placement of a target are not
 * known here, so a filter on them alone still selects it; for targets selected by their ids, `filter` is null.
 */
export function isStillSelected(filter: string | null): (target: FilteredTarget) => boolean {
  if (filter === null) return () => true;
  const result = parseFilter(filter);
  if (!result.ok) throw new Error(`The filter of a bulk job is not valid: ${result.fault.detail}`);
  return filterPredicate(result.filter);
}

/**
 * Stores the selected targets with their current versions as the parts of a job: at most `limit`, in the order of their keys; for a removal,
 * each before the targets that it depends on.
 * @returns their number
 */
export async function storeParts(
  sql: Sql,
  jobId: string,
  { conditions, params }: Filter,
  { limit, isRemoval }: { limit: number; isRemoval: boolean },
): Promise<number> {
  const { keys, depths } = isRemoval ? await readDepths(sql, { conditions, params }) : { keys: [], depths: [] };
  const given = [...params, jobId, keys, depths];
  const [job, ofKeys, ofDepths] = [1, 2, 3].map((nr) => `$${params.length + nr}`);
  const order = 'coalesce(level.depth, 0) DESC, key';
  const chosen = `
    SELECT id, version, host(ip) AS ip, vrf, row_number() OVER (ORDER BY ${order}) - 1 AS nr
    FROM target_list LEFT JOIN unnest(${ofKeys}::integer[], ${ofDepths}::integer[]) AS level (of_key, depth) ON of_key = key
    WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ${limit}`;
  const rows = await sql.query<{ count: number }>(
    `WITH chosen AS MATERIALIZED (${chosen}), stored AS (
       INSERT INTO bulk_job_part (job_id, nr, ids, versions, ips, vrfs)
       SELECT ${job}::uuid, nr / ${PART_TARGETS}, array_agg(id ORDER BY nr), array_agg(version::integer ORDER BY nr),
         array_agg(ip ORDER BY nr), array_agg(vrf ORDER BY nr)
       FROM chosen GROUP BY nr / ${PART_TARGETS} RETURNING cardinality(ids) AS count)
     SELECT coalesce(sum(count), 0)::integer AS count FROM stored`,
    given,
  );
  return rows[0].count;
}
