import type { Scope } from '@icmp-mon/identity/contract';
import { likePart } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type Status, STATUSES } from '@icmp-mon/status/contract';
import {
  type FilterFault,
  type FilterField,
  limitedFilter,
  parseFilter,
  SEARCH_TERMS_MAX,
  searchPieces,
  type TargetFilter,
  type TargetListQuery,
} from '@icmp-mon/targets/contract';
import { filterCondition, type FilterContext, selectsKeys } from './filter-condition';
import { statusCondition } from './not-judged-rows';
import { keysMatching } from './search-condition';

/** Conditions of a WHERE clause with their parameters, `$1…`. */
export interface Filter {
  conditions: string[];
  params: unknown[];
  /** Whether the filter searches texts, so that the rows of a page may be far apart in the order of the list. */
  isSearch?: true;
}

/** A filter has a fault; the problem document contains its place and what was expected there. */
export class InvalidFilter extends DomainError {
  readonly members: FilterFault;

  constructor(fault: FilterFault, pointer = '?filter') {
    super('invalid', fault.detail, [{ pointer, detail: fault.detail }]);
    this.members = fault;
  }
}

/**
 * Returns the conditions on `target_list` for a list query within the caller's scope, considering which shards are judged.
 * @throws DomainError `invalid` for an unknown status, too many terms of a search, or a fault of the filter
 */
export function listFilter(query: TargetListQuery, context: FilterContext, scope: Scope): Filter {
  const filter: Filter = { conditions: [], params: [] };
  const add = (param: unknown, condition: (place: string) => string): void => {
    filter.params.push(param);
    filter.conditions.push(condition(`$${filter.params.length}`));
  };
  const ranks = statusRanks(query.status);
  if (ranks.length > 0) filter.conditions.push(statusCondition(ranks, context.judged, filter.params));
  if (query.tier !== undefined) add(query.tier, (place) => `tier = ${place}`);
  if (query.vrf !== undefined) add(query.vrf, (place) => `vrf = ${place}`);
  const pieces = searchPieces(query.q ?? '');
  if (pieces.length > SEARCH_TERMS_MAX) throw tooManyTerms(pieces.length);
  if (pieces.length > 0) {
    const parts = pieces.map((piece) => {
      filter.params.push(likePart(piece));
      return `text LIKE $${filter.params.length}`;
    });
    filter.conditions.push(keysMatching(parts.join(' AND ')));
    filter.isSearch = true;
  }
  const parsed = limitedFilter(parsedFilter(query.filter, fieldsWithout(scope)), scope);
  if (parsed !== null) {
    filter.conditions.push(filterCondition(parsed, filter.params, context));
    if (selectsKeys(parsed)) filter.isSearch = true;
  }
  return filter;
}

/** Fields that a caller with a scope cannot compare: `parent=<address>` would find dependencies on targets that the caller does not see. */
export const fieldsWithout = (scope: Scope): readonly FilterField[] => (scope === null ? [] : ['parent']);

/**
 * Returns the parsed filter; null for an absent or blank one. `without` are fields that the list does not have.
 * @throws InvalidFilter
 */
export function parsedFilter(text: string | undefined, without: readonly FilterField[] = []): TargetFilter | null {
  if (text === undefined || text.trim() === '') return null;
  const result = parseFilter(text, without);
  if (!result.ok) throw new InvalidFilter(result.fault);
  return result.filter;
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
