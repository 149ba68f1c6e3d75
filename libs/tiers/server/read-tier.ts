import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { didYouMean } from '@icmp-mon/platform/text';
import type { TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SELECT_TIERS, type TierRow, tierView } from './tier-view';

/** Maximum number of names that are compared with an unknown name. */
const TIERS_MAX = 1_000;

/** Reads a tier by its name. */
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
    if (row === undefined) throw await this.unknownTier(name);
    return tierView(row);
  }

  private async unknownTier(name: string): Promise<DomainError> {
    const rows = await this.database.query<{ name: string }>(`SELECT name FROM tier ORDER BY name LIMIT ${TIERS_MAX}`);
    const meant = didYouMean(
      name,
      rows.map((row) => row.name),
    );
    return new DomainError('not_found', `Tier not found${meant} GET /api/v1/tiers lists all tiers.`);
  }
}
