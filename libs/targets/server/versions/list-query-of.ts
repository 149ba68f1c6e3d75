import type { Scope } from '@icmp-mon/identity/contract';
import type { TargetListQuery, TargetPage, TargetVersionPage } from '@icmp-mon/targets/contract';
import type { Query } from '@nestjs/cqrs';
import { ListTargets } from '../target-list/list-targets';
import { ListTargetsAt } from './list-targets-at';

/** Returns the query for a page of the list: of the inventory at an instant if there is one. */
export const listQueryOf = ({ at, ...query }: TargetListQuery, scope: Scope): Query<TargetPage | TargetVersionPage> =>
  at === undefined ? new ListTargets(query, scope) : new ListTargetsAt({ ...query, at }, scope);
