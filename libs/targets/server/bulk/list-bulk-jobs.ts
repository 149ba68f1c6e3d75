import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobList } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type BulkJobRow, bulkJobView, JOB_COLUMNS } from './bulk-job-rows';

const JOBS_MAX = 100;

/** Lists the newest bulk jobs. */
export class ListBulkJobs extends Query<BulkJobList> {}

@QueryHandler(ListBulkJobs)
export class ListBulkJobsHandler implements IQueryHandler<ListBulkJobs> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<BulkJobList> {
    const rows = await this.database.query<BulkJobRow>(
      `SELECT ${JOB_COLUMNS} FROM bulk_job ORDER BY seq DESC LIMIT ${JOBS_MAX}`,
    );
    return { items: rows.map(bulkJobView) };
  }
}
