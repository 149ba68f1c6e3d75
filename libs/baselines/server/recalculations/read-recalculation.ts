import type { Recalculation } from '@icmp-mon/baselines/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readRecalculation } from './recalculation-rows';

/** One recalculation, with its progress. */
export class ReadRecalculation extends Query<Recalculation> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ReadRecalculation)
export class ReadRecalculationHandler implements IQueryHandler<ReadRecalculation> {
  constructor(private readonly control: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  execute({ id }: ReadRecalculation): Promise<Recalculation> {
    return readRecalculation(this.control, id);
  }
}
