import type { Scope } from '@icmp-mon/identity/contract';
import { type TargetMarkList, TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Reads in which open occurrences some targets are, for the rows that a list has loaded. */
export class ReadTargetMarks extends Query<TargetMarkList> {
  constructor(
    readonly keys: readonly number[],
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTargetMarks)
export class ReadTargetMarksHandler implements IQueryHandler<ReadTargetMarks> {
  constructor(
    private readonly maintenance: TargetsInMaintenance,
    private readonly targets: TargetDirectory,
  ) {}

  async execute({ keys, scope }: ReadTargetMarks): Promise<TargetMarkList> {
    const visible = scope === null ? keys : [...(await this.targets.byKeys(keys, scope)).keys()];
    const marks = await this.maintenance.byKeys(visible);
    return { items: keys.map((key) => ({ key, maintenance: marks.get(key) ?? null })) };
  }
}
