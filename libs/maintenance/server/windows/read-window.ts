import type { WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readWindowView } from './window-rows';

/** Reads a window or silence by its id. */
export class ReadWindow extends Query<WindowView> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ReadWindow)
export class ReadWindowHandler implements IQueryHandler<ReadWindow> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  execute({ id }: ReadWindow): Promise<WindowView> {
    return readWindowView(this.database, id);
  }
}
