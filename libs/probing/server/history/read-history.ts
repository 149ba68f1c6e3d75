import type { Scope } from '@icmp-mon/identity/contract';
import { rangeOf } from '@icmp-mon/platform/http';
import type { HistoryPage } from '@icmp-mon/probing/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetChecks } from '../target-checks';
import { History } from './history';
import type { AskedResolution } from './resolution';

/** Times as given in a request, and the length of the windows. */
interface AskedHistory {
  from: string;
  to?: string;
  resolution: AskedResolution;
  vrf?: string;
  check?: number;
}

/** Reads loss and latency of a target, by its id or address, in windows of equal length. */
export class ReadHistory extends Query<HistoryPage> {
  constructor(
    readonly ref: string,
    readonly asked: AskedHistory,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadHistory)
export class ReadHistoryHandler implements IQueryHandler<ReadHistory> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly history: History,
    private readonly checks: TargetChecks,
  ) {}

  /** @throws DomainError `invalid` (range, resolution), `not_found`, `ambiguous` */
  async execute({ ref, asked, scope }: ReadHistory): Promise<HistoryPage> {
    const range = rangeOf(asked, { nowMs: Date.now() });
    const { key, tier } = await this.targets.findRecorded(ref, asked.vrf, scope);
    const { check } = asked;
    const only = check === undefined ? { besides: (await this.checks.ofTier(tier)).besides } : { check };
    return this.history.readPoints({ key, ...only }, range, asked.resolution);
  }
}
