import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import {
  BULK_SAMPLE,
  type BulkPreview,
  type BulkReason,
  type BulkSkipped,
  type BulkTarget,
  type ExpandRequest,
} from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { NOT_AVAILABLE } from '../within-scope';
import { blockOf } from './address-block';
import { sortAddresses } from './block-places';
import { reasonText } from './bulk-reasons';

/** Reads which addresses of a block would be registered, and which are targets already or outside of the caller's scope. */
export class ReadExpansionPreview extends Query<BulkPreview> {
  constructor(
    readonly request: ExpandRequest,
    readonly scope: Scope,
  ) {
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
  async execute({ request, scope }: ReadExpansionPreview): Promise<BulkPreview> {
    const { count, vrf, addresses } = blockOf(request);
    await this.tiers.requireTier(request.tier);
    const all = addresses(0, count);
    const { free, taken, outside, hidden } = await sortAddresses(this.database, request, vrf, all, scope);
    const sample = free.slice(0, BULK_SAMPLE).map(({ ip, name }): BulkTarget => ({ id: null, ip, vrf, name }));
    const skipped = [
      ...skippedOf('already_target', reasonText('already_target', scope), taken),
      ...skippedOf('outside_scope', reasonText('outside_scope', scope), outside),
      ...skippedOf('refused', NOT_AVAILABLE, hidden),
    ];
    return { count, changes: free.length, members: [], sample, skipped };
  }
}

const skippedOf = (reason: BulkReason, text: string, targets: readonly BulkTarget[]): BulkSkipped[] =>
  targets.length === 0 ? [] : [{ reason, text, count: targets.length, sample: targets.slice(0, BULK_SAMPLE) }];
