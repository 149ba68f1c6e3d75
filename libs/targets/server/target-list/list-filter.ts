import { DomainError } from '@icmp-mon/platform/errors';
import { type Judged, type Status, STATUSES } from '@icmp-mon/status/contract';
import { SEARCH_TERMS_MAX, searchPieces, type TargetListQuery } from '@icmp-mon/targets/contract';
import { statusCondition } from './not-judged-rows';

/** A WHERE clause with its parameters, `$1…`. */
export interface Filter {
  conditions: string[];
  params: unknown[];
  /** Whether texts are searched, so that a page may be far down the order of the list. */
  isSearch?: true;
}

const likePart = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * Conditions on `target_list` for what a list query asks, given what is judged.
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
    // In a table of its own, so that a change of status costs no entries of its index. IS TRUE: the keys that match are hashed once, then
    // the order of the list is read past them. As a join, the planner nests loops over both where it has no statistics yet: 20 s for a page.
    const matching = `SELECT key FROM target_search WHERE ${parts.join(' AND ')}`;
    filter.conditions.push(`(target_list.key IN (${matching})) IS TRUE`);
    filter.isSearch = true;
  }
  return filter;
}

function tooManyTerms(count: number): DomainError {
  const detail = `q has ${count} terms, at most ${SEARCH_TERMS_MAX} are looked for`;
  return new DomainError('invalid', detail, [{ pointer: '?q', detail }]);
}

/** Comma-separated statuses as the ranks they sort by; all of them is no condition. */
function statusRanks(list: string | undefined): number[] {
  if (list === undefined || list.trim() === '') return [];
  const statuses = [...new Set(list.split(',').map((status) => status.trim()))];
  const ranks = statuses.map((status) => {
    const rank = STATUSES.indexOf(status as Status);
    if (rank >= 0) return rank;
    const detail = `status must be a list of ${STATUSES.join(', ')} with commas between`;
    throw new DomainError('invalid', detail, [{ pointer: '?status', detail }]);
  });
  return ranks.length === STATUSES.length ? [] : ranks;
}

export const whereOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
