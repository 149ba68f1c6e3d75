import type { Scope } from '@icmp-mon/identity/contract';
import { instantOf } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetChecks } from '../target-checks';
import { type ResultPage, ResultPages } from './result-pages';

/** Times as given in a request. */
interface AskedResults {
  limit: number;
  cursor?: string;
  from?: string;
  to?: string;
  vrf?: string;
  check?: number;
}

/** Lists single results of a target, by its id or address, newest first. */
export class ListResults extends Query<ResultPage> {
  constructor(
    readonly ref: string,
    readonly asked: AskedResults,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListResults)
export class ListResultsHandler implements IQueryHandler<ListResults> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly pages: ResultPages,
    private readonly checks: TargetChecks,
  ) {}

  /** @throws DomainError `invalid` (times, cursor), `not_found`, `ambiguous` */
  async execute({ ref, asked: { limit, cursor, from, to, vrf, check }, scope }: ListResults): Promise<ResultPage> {
    const nowMs = Date.now();
    const fromMs = from === undefined ? undefined : instantOf('from', from, nowMs);
    const toMs = to === undefined ? undefined : instantOf('to', to, nowMs);
    const { key, tier } = await this.targets.findRecorded(ref, vrf, scope);
    const checks = await this.checks.ofTier(tier);
    return this.pages.readPage({ key, checks }, { limit, cursor, fromMs, toMs, check });
  }
}
