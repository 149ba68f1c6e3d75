import { ControlDatabase } from '@icmp-mon/platform/database';
import type { TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SELECT_TIERS, type TierRow, tierView } from './tier-view';
import { UnknownTier } from './unknown-tier';

/** Reads a tier by its name. */
export class ReadTier extends Query<TierView> {
  constructor(readonly name: string) {
    super();
  }
}

@QueryHandler(ReadTier)
export class ReadTierHandler implements IQueryHandler<ReadTier> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly unknown: UnknownTier,
  ) {}

  /** @throws DomainError `not_found` */
  async execute({ name }: ReadTier): Promise<TierView> {
    const [row] = await this.database.query<TierRow>(`${SELECT_TIERS} WHERE t.name = $1`, [name]);
    if (row === undefined) throw await this.unknown.notFound(name);
    return tierView(row);
  }
}
