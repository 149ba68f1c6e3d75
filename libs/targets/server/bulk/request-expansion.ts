import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { BulkJobDetail, ExpandRequest } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { acceptJob, type NewJob } from './accept-job';
import { blockOf } from './address-block';

/** Starts a job that registers each host address of a block. */
export class RequestExpansion extends Command<BulkJobDetail> {
  constructor(
    readonly request: ExpandRequest,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(RequestExpansion)
export class RequestExpansionHandler implements ICommandHandler<RequestExpansion> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly tiers: TierNames,
  ) {}

  /** @throws DomainError `invalid` (block, name pattern, tier), `too_many_requests` */
  async execute({ request, metadata, scope }: RequestExpansion): Promise<BulkJobDetail> {
    const { count } = blockOf(request);
    await this.tiers.requireTier(request.tier);
    const { cidr, vrf, tier, tags, namePattern } = request;
    const expand = { cidr, tier, ...(vrf && { vrf }), ...(tags && { tags }), ...(namePattern && { namePattern }) };
    const job: NewJob = { kind: 'expand', filter: null, targets: null, change: null, expand, caller: { scope } };
    return this.database.transaction((sql) => acceptJob(sql, this.store, job, metadata, () => Promise.resolve(count)));
  }
}
