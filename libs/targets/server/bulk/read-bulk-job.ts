import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type JobReader, readJobDetail } from './bulk-job-rows';

/** Reads a bulk job with its progress and the targets that it skipped. */
export class ReadBulkJob extends Query<BulkJobDetail> {
  constructor(
    readonly id: string,
    readonly reader: JobReader,
  ) {
    super();
  }
}

@QueryHandler(ReadBulkJob)
export class ReadBulkJobHandler implements IQueryHandler<ReadBulkJob> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  execute({ id, reader }: ReadBulkJob): Promise<BulkJobDetail> {
    return readJobDetail(this.database, id, reader);
  }
}
