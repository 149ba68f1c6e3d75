import { ControlDatabase } from '@icmp-mon/platform/database';
import type { TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SELECT_TIERS, type TierRow, tierView } from './tier-view';

const TIERS_MAX = 1_000;

/** Lists tiers by name, at most 1,000. */
export class ListTiers extends Query<{ items: TierView[] }> {}

@QueryHandler(ListTiers)
export class ListTiersHandler implements IQueryHandler<ListTiers> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: TierView[] }> {
    const rows = await this.database.query<TierRow>(`${SELECT_TIERS} ORDER BY t.name LIMIT ${TIERS_MAX}`);
    return { items: rows.map(tierView) };
  }
}
