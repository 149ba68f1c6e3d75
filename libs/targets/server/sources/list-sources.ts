import { ControlDatabase } from '@icmp-mon/platform/database';
import type { InventorySourceList } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readSources } from './source-rows';

/** Lists the inventory sources with their newest runs, by name. */
export class ListSources extends Query<InventorySourceList> {}

@QueryHandler(ListSources)
export class ListSourcesHandler implements IQueryHandler<ListSources> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<InventorySourceList> {
    return { items: await readSources(this.database) };
  }
}
