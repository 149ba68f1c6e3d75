import { ControlDatabase } from '@icmp-mon/platform/database';
import { TIER_LIMITS, type TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SELECT_TIERS, type TierRow, tierView } from './tier-view';

/** Lists all tiers by name. Concurrent requests may have created more than the limit. */
export class ListTiers extends Query<{ items: TierView[] }> {}

@QueryHandler(ListTiers)
export class ListTiersHandler implements IQueryHandler<ListTiers> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: TierView[] }> {
    const rows = await this.database.query<TierRow>(`${SELECT_TIERS} ORDER BY t.name LIMIT ${TIER_LIMITS.tiers * 2}`);
    return { items: rows.map(tierView) };
  }
}
