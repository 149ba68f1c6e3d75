import { ControlDatabase } from '@icmp-mon/platform/database';
import type { InventorySource } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readSource } from './source-rows';

/** Reads an inventory source with its newest run. */
export class ReadSource extends Query<InventorySource> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ReadSource)
export class ReadSourceHandler implements IQueryHandler<ReadSource> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  execute({ id }: ReadSource): Promise<InventorySource> {
    return readSource(this.database, id);
  }
}
