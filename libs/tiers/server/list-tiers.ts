import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { TIER_LIMITS, type TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { countedInScope, SELECT_TIERS, type TierRow, tierView } from './tier-view';

/** Lists all tiers by name, with the number of the caller's targets in each. Concurrent requests may have created more than the limit. */
export class ListTiers extends Query<{ items: TierView[] }> {
  constructor(readonly scope: Scope) {
    super();
  }
}

@QueryHandler(ListTiers)
export class ListTiersHandler implements IQueryHandler<ListTiers> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly targets: TargetDirectory,
  ) {}

  async execute({ scope }: ListTiers): Promise<{ items: TierView[] }> {
    const rows = await this.database.query<TierRow>(`${SELECT_TIERS} ORDER BY t.name LIMIT ${TIER_LIMITS.tiers * 2}`);
    return { items: await countedInScope(this.targets, rows.map(tierView), scope) };
  }
}
