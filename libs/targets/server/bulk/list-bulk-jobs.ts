import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobList } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type BulkJobRow, bulkJobView, JOB_COLUMNS, type JobReader, seenBy } from './bulk-job-rows';

const JOBS_MAX = 100;

/** Lists the newest bulk jobs that the caller sees. */
export class ListBulkJobs extends Query<BulkJobList> {
  constructor(readonly reader: JobReader) {
    super();
  }
}

@QueryHandler(ListBulkJobs)
export class ListBulkJobsHandler implements IQueryHandler<ListBulkJobs> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ reader }: ListBulkJobs): Promise<BulkJobList> {
    const params: unknown[] = [];
    const rows = await this.database.query<BulkJobRow>(
      `SELECT ${JOB_COLUMNS} FROM bulk_job WHERE ${seenBy(reader, params)} ORDER BY seq DESC LIMIT ${JOBS_MAX}`,
      params,
    );
    return { items: rows.map(bulkJobView) };
  }
}
