import type { Recalculation } from '@icmp-mon/baselines/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listRecalculations } from './recalculation-rows';

/** The newest recalculations. */
export class ListRecalculations extends Query<{ items: Recalculation[] }> {}

@QueryHandler(ListRecalculations)
export class ListRecalculationsHandler implements IQueryHandler<ListRecalculations> {
  constructor(private readonly control: ControlDatabase) {}

  async execute(): Promise<{ items: Recalculation[] }> {
    return { items: await listRecalculations(this.control) };
  }
}
