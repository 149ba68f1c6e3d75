import type { Scope } from '@icmp-mon/identity/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListedTargets } from './target-directory';

/** Reads a target by its id or address; the VRF selects it if the address is in several VRFs. */
export class ReadTarget extends Query<TargetView> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTarget)
export class ReadTargetHandler implements IQueryHandler<ReadTarget> {
  constructor(private readonly targets: ListedTargets) {}

  /** @throws DomainError `not_found`; `ambiguous` with the candidates */
  execute({ ref, vrf, scope }: ReadTarget): Promise<TargetView> {
    return this.targets.viewTarget(ref, vrf, scope);
  }
}
