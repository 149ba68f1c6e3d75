import { TargetScopes } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { scopeCondition } from './target-list/scope-condition';

/** Targets of scopes, from the target list. */
@Injectable()
export class ListedTargetScopes extends TargetScopes {
  override selectKeys(scope: string, params: unknown[]): string {
    return `SELECT key FROM target_list WHERE ${scopeCondition(scope, params)}`;
  }

  /** Each change of a target raises its version, so that the sum differs; the list's change numbers also rise with each status. */
  override selectInventoryMark(): string {
    return `SELECT concat(count(*), ' ', coalesce(sum(key::numeric * version), 0)) AS mark FROM target_list`;
  }
}
