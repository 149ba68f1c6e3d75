import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import type { TierView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { countedInScope, SELECT_TIERS, type TierRow, tierView } from './tier-view';
import { UnknownTier } from './unknown-tier';

/** Reads a tier by its name, with the number of the caller's targets in it. */
export class ReadTier extends Query<TierView> {
  constructor(
    readonly name: string,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTier)
export class ReadTierHandler implements IQueryHandler<ReadTier> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly unknown: UnknownTier,
    private readonly targets: TargetDirectory,
  ) {}

  /** @throws DomainError `not_found` */
  async execute({ name, scope }: ReadTier): Promise<TierView> {
    const [row] = await this.database.query<TierRow>(`${SELECT_TIERS} WHERE t.name = $1`, [name]);
    if (row === undefined) throw await this.unknown.notFound(name);
    const [view] = await countedInScope(this.targets, [tierView(row)], scope);
    return view;
  }
}
