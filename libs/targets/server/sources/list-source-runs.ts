import { ControlDatabase } from '@icmp-mon/platform/database';
import { SOURCE_RUNS_KEPT, type SourceRunList } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { sourceNotFound } from './source';
import { RUN_COLUMNS, type RunRow, runView } from './source-rows';

/** Lists the kept runs of an inventory source, the newest first. */
export class ListSourceRuns extends Query<SourceRunList> {
  constructor(readonly sourceId: string) {
    super();
  }
}

@QueryHandler(ListSourceRuns)
export class ListSourceRunsHandler implements IQueryHandler<ListSourceRuns> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  async execute({ sourceId }: ListSourceRuns): Promise<SourceRunList> {
    const known = await this.database.query('SELECT FROM inventory_source WHERE id = $1', [sourceId]);
    if (known.length === 0) throw sourceNotFound(sourceId);
    const rows = await this.database.query<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM inventory_source_run WHERE source_id = $1 ORDER BY requested_at DESC LIMIT $2`,
      [sourceId, SOURCE_RUNS_KEPT],
    );
    return { items: rows.map(runView) };
  }
}
