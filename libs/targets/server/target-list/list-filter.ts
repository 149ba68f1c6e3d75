import { DomainError } from '@icmp-mon/platform/errors';
import { type Judged, type Status, STATUSES } from '@icmp-mon/status/contract';
import { SEARCH_TERMS_MAX, searchPieces, type TargetListQuery } from '@icmp-mon/targets/contract';
import { statusCondition } from './not-judged-rows';

/** Conditions of a WHERE clause with their parameters, `$1…`. */
export interface Filter {
  conditions: string[];
  params: unknown[];
  /** Whether the filter searches texts, so that the rows of a page may be far apart in the order of the list. */
  isSearch?: true;
}

const likePart = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * Returns the conditions on `target_list` for a list query, considering which shards are judged.
 * @throws DomainError `invalid` for an unknown status or too many terms of a search
 */
export function listFilter(query: TargetListQuery, judged: Judged): Filter {
  const filter: Filter = { conditions: [], params: [] };
  const add = (param: unknown, condition: (place: string) => string): void => {
    filter.params.push(param);
    filter.conditions.push(condition(`$${filter.params.length}`));
  };
  const ranks = statusRanks(query.status);
  if (ranks.length > 0) filter.conditions.push(statusCondition(ranks, judged, filter.params));
  if (query.tier !== undefined) add(query.tier, (place) => `tier = ${place}`);
  if (query.vrf !== undefined) add(query.vrf, (place) => `vrf = ${place}`);
  const pieces = searchPieces(query.q ?? '');
  if (pieces.length > SEARCH_TERMS_MAX) throw tooManyTerms(pieces.length);
  if (pieces.length > 0) {
    const parts = pieces.map((piece) => {
      filter.params.push(likePart(piece));
      return `text LIKE $${filter.params.length}`;
    });
    // The search text is in a separate table, so that status changes do not write to its index. IS TRUE makes the planner hash the matching
    // keys once and read the list in order against the hash. As a join without statistics, it nests loops over both: 20 s per page.
    const matching = `SELECT key FROM target_search WHERE ${parts.join(' AND ')}`;
    filter.conditions.push(`(target_list.key IN (${matching})) IS TRUE`);
    filter.isSearch = true;
  }
  return filter;
}

function tooManyTerms(count: number): DomainError {
  const detail = `q has ${count} terms; at most ${SEARCH_TERMS_MAX} are allowed`;
  return new DomainError('invalid', detail, [{ pointer: '?q', detail }]);
}

/** Returns the sort ranks of a comma-separated list of statuses; none if the list is absent or contains all statuses. */
function statusRanks(list: string | undefined): number[] {
  if (list === undefined || list.trim() === '') return [];
  const statuses = [...new Set(list.split(',').map((status) => status.trim()))];
  const ranks = statuses.map((status) => {
    const rank = STATUSES.indexOf(status as Status);
    if (rank >= 0) return rank;
    const detail = `status must be a comma-separated list of ${STATUSES.join(', ')}`;
    throw new DomainError('invalid', detail, [{ pointer: '?status', detail }]);
  });
  return ranks.length === STATUSES.length ? [] : ranks;
}

export const whereOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
