import type { HealthView } from '@icmp-mon/operations/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { HealthReader } from './health-reader';

/** The product's own health, worst part first; parts that cannot be read are `unknown`. */
export class ReadHealth extends Query<HealthView> {}

@QueryHandler(ReadHealth)
export class ReadHealthHandler implements IQueryHandler<ReadHealth> {
  constructor(private readonly reader: HealthReader) {}

  execute(): Promise<HealthView> {
    return this.reader.readHealth();
  }
}
