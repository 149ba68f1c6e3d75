import { DomainError } from '@icmp-mon/platform/errors';
import { type Judged, type Status, STATUSES } from '@icmp-mon/status/contract';
import type { TargetListQuery } from '@icmp-mon/targets/contract';
import { statusCondition } from './not-judged-rows';

/** A WHERE clause with its parameters, `$1…`. */
export interface Filter {
  conditions: string[];
  params: unknown[];
}

const TAG_TERM = /^([^=\s]{1,63})=(.{0,200})$/;

const likePrefix = (text: string): string => `${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Conditions on `target_list` for what a list query asks, given what is judged. @throws DomainError `invalid` for an unknown status */
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
  const q = query.q?.trim() ?? '';
  const tag = TAG_TERM.exec(q);
  if (tag !== null) {
    add(JSON.stringify({ [tag[1] ?? '']: tag[2] ?? '' }), (place) => `tags @> ${place}::jsonb`);
  } else if (q !== '') {
    const prefix = likePrefix(q.toLowerCase());
    add(prefix, (place) => `(host(ip) LIKE ${place} OR name_sort LIKE ${place})`);
  }
  return filter;
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
