import { ControlDatabase } from '@icmp-mon/platform/database';
import { BULK_SAMPLE, type BulkPreview, type BulkTarget, type ExpandRequest } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { blockOf } from './address-block';
import { REASON_TEXTS } from './bulk-reasons';
import { takenAddresses } from './expand-part';

/** Reads which addresses of a block would be registered, and which are targets already. */
export class ReadExpansionPreview extends Query<BulkPreview> {
  constructor(readonly request: ExpandRequest) {
    super();
  }
}

@QueryHandler(ReadExpansionPreview)
export class ReadExpansionPreviewHandler implements IQueryHandler<ReadExpansionPreview> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly tiers: TierNames,
  ) {}

  /** @throws DomainError `invalid` (block, name pattern, tier) */
  async execute({ request }: ReadExpansionPreview): Promise<BulkPreview> {
    const { count, vrf, addresses } = blockOf(request);
    await this.tiers.requireTier(request.tier);
    const all = addresses(0, count);
    const taken = await takenAddresses(
      this.database,
      vrf,
      all.map(({ ip }) => ip),
    );
    const free = all.filter(({ ip }) => !taken.has(ip));
    const sample = free.slice(0, BULK_SAMPLE).map(({ ip, name }): BulkTarget => ({ id: null, ip, vrf, name }));
    const targets = all.flatMap(({ ip }): BulkTarget[] => {
      const target = taken.get(ip);
      return target === undefined ? [] : [{ ...target, ip, vrf }];
    });
    const reason = 'already_target';
    const skipped = {
      reason,
      text: REASON_TEXTS[reason],
      count: targets.length,
      sample: targets.slice(0, BULK_SAMPLE),
    } as const;
    return { count, changes: free.length, members: [], sample, skipped: targets.length === 0 ? [] : [skipped] };
  }
}
