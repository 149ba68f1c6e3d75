import { JudgedTargets } from '@icmp-mon/status/contract';
import type { StatusCountsView } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetCounts } from './target-counts';

/** Counts all targets by their currently shown status. */
export class CountTargets extends Query<StatusCountsView> {}

@QueryHandler(CountTargets)
export class CountTargetsHandler implements IQueryHandler<CountTargets> {
  constructor(
    private readonly counts: TargetCounts,
    private readonly judged: JudgedTargets,
  ) {}

  async execute(): Promise<StatusCountsView> {
    const judged = await this.judged.now();
    return { ...(await this.counts.byStatus(judged)), asOf: judged.oldest };
  }
}
