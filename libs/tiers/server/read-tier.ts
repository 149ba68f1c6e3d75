import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SELECT_TIERS, type TierRow, tierView } from './tier-view';

/** A tier by its name. */
export class ReadTier extends Query<TierView> {
  constructor(readonly name: string) {
    super();
  }
}

@QueryHandler(ReadTier)
export class ReadTierHandler implements IQueryHandler<ReadTier> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  async execute({ name }: ReadTier): Promise<TierView> {
    const [row] = await this.database.query<TierRow>(`${SELECT_TIERS} WHERE t.name = $1`, [name]);
    if (row === undefined) throw new DomainError('not_found', 'There is no such tier. GET /api/v1/tiers lists them.');
    return tierView(row);
  }
}
