import type { Anchors } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readAnchors } from './anchors-model';

/** Reads the anchors in force. */
export class ReadAnchors extends Query<Anchors> {}

@QueryHandler(ReadAnchors)
export class ReadAnchorsHandler implements IQueryHandler<ReadAnchors> {
  constructor(private readonly database: ControlDatabase) {}

  execute(): Promise<Anchors> {
    return readAnchors(this.database);
  }
}
