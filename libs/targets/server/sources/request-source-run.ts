import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import type { RunSourceQuery, SourceRunView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { INVENTORY_RUN, sourceNotFound } from './source';
import { RUN_COLUMNS, type RunRow, runView } from './source-rows';
import { wakeWorkers } from './source-store';

/** Starts a run of an inventory source now. */
export class RequestSourceRun extends Command<SourceRunView> {
  constructor(
    readonly sourceId: string,
    readonly query: RunSourceQuery,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RequestSourceRun)
export class RequestSourceRunHandler implements ICommandHandler<RequestSourceRun> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `not_found`; `conflict` while a run of the source waits or runs */
  execute({ sourceId, query, metadata }: RequestSourceRun): Promise<SourceRunView> {
    const { dryRun = false, confirmedLeft = null } = query;
    const runId = newId();
    return this.database.transaction(async (sql) => {
      const known = await sql.query('SELECT FROM inventory_source WHERE id = $1 FOR KEY SHARE', [sourceId]);
      if (known.length === 0) throw sourceNotFound(sourceId);
      const [row] = await sql.query<RunRow>(
        `INSERT INTO inventory_source_run (id, source_id, dry_run, confirmed_left, requested_by, correlation_id)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source_id) WHERE finished_at IS NULL DO NOTHING RETURNING ${RUN_COLUMNS}`,
        [runId, sourceId, dryRun, confirmedLeft, metadata.actor, metadata.correlationId],
      );
      if (row === undefined)
        throw new DomainError('conflict', 'A run of this source is in progress. Wait until it has ended.');
      const data = { sourceId, runId, dryRun, confirmedLeft };
      await this.store.executeWithin(sql, INVENTORY_RUN, runId, () => [{ type: 'InventorySourceRunRequested', data }], {
        metadata,
      });
      await wakeWorkers(sql);
      const view = runView(row);
      await keepAnswer(sql, view);
      return view;
    });
  }
}
