import { JudgedTargets } from '@icmp-mon/status/contract';
import type { StatusCountsView } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetCounts } from './target-counts';

/** How many targets have which status, as they may be shown now. */
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
