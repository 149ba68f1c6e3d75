import type { Scope } from '@icmp-mon/identity/contract';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { StatusCountsView } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listFilter } from './list-filter';
import { TargetCounts } from './target-counts';

/** Counts targets by their currently shown status: all, or the targets of a filter. */
export class CountTargets extends Query<StatusCountsView> {
  constructor(
    readonly filter: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(CountTargets)
export class CountTargetsHandler implements IQueryHandler<CountTargets> {
  constructor(
    private readonly counts: TargetCounts,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** @throws DomainError `invalid` for a fault of the filter */
  async execute({ filter, scope }: CountTargets): Promise<StatusCountsView> {
    const judged = await this.judged.now();
    const query = filter === undefined ? {} : { filter };
    const { agentTargets, placements, maintenance } = this;
    const conditions = listFilter(query, { judged, agentTargets, placements, maintenance }, scope);
    return { ...(await this.counts.filteredByStatus(conditions, judged)), asOf: judged.oldest };
  }
}
