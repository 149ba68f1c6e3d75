import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import type { ImportLine, ImportLinePage, ImportOutcome } from '@icmp-mon/targets/contract';
import { type JobReader, readJob } from '../bulk/bulk-job-rows';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const PAGE_DEFAULT = 100;
const LIST = 'import-lines';

export interface ImportLinesQuery {
  outcome?: ImportOutcome;
  cursor?: string;
  limit?: number;
}

/** Lists the results of the lines of an import, in the order of the file. */
export class ListImportLines extends Query<ImportLinePage> {
  constructor(
    readonly jobId: string,
    readonly reader: JobReader,
    readonly query: ImportLinesQuery,
  ) {
    super();
  }
}

@QueryHandler(ListImportLines)
export class ListImportLinesHandler implements IQueryHandler<ListImportLines> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` (job, or its lines were deleted), `invalid` (cursor) */
  async execute({ jobId, reader, query }: ListImportLines): Promise<ImportLinePage> {
    const { outcome, cursor, limit = PAGE_DEFAULT } = query;
    const [after] = cursor === undefined ? [0] : decodeNumberCursor(LIST, cursor, 1);
    await this.requireLines(jobId, reader);
    const rows = await this.database.query<ImportLine>(
      `SELECT l.line, l.ip, l.vrf, coalesce(l.outcome, 'waiting') AS outcome,
         CASE WHEN l.outcome = 'created' AND (j.import ->> 'dryRun')::boolean THEN NULL ELSE l.target_id END AS "targetId",
         coalesce(l.changes, '[]') AS changes, l.field AS "column", l.reason
       FROM import_line l JOIN bulk_job j ON j.id = l.file_id
       WHERE l.file_id = $1 AND l.line > $2 AND ($3::text IS NULL OR coalesce(l.outcome, 'waiting') = $3)
       ORDER BY l.line LIMIT $4`,
      [jobId, after, outcome ?? null, limit + 1],
    );
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? encodeNumberCursor(LIST, [last.line]) : null };
  }

  private async requireLines(jobId: string, reader: JobReader): Promise<void> {
    const { kind } = await readJob(this.database, jobId, reader);
    if (kind !== 'import')
      throw new DomainError('not_found', `The bulk job ${jobId} is not an import: it has no lines.`);
    const files = await this.database.query('SELECT FROM import_file WHERE id = $1 AND NOT is_forgotten', [jobId]);
    if (files.length === 0)
      throw new DomainError('not_found', `The lines of the import ${jobId} were deleted, some time after its end.`);
  }
}
