import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readJob, readJobDetail } from './bulk-job-rows';
import { endJob } from './end-job';

/** Cancels a bulk job. Targets that it has changed stay changed. */
export class CancelBulkJob extends Command<BulkJobDetail> {
  constructor(
    readonly id: string,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(CancelBulkJob)
export class CancelBulkJobHandler implements ICommandHandler<CancelBulkJob> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if the job has ended */
  execute({ id, metadata, scope }: CancelBulkJob): Promise<BulkJobDetail> {
    const reader = { actor: metadata.actor, scope };
    return this.database.transaction(async (sql) => {
      // Waits for the part that is running: the counts are then final.
      const job = await readJob(sql, id, reader, 'FOR UPDATE');
      if (job.finished_at !== null) {
        throw new DomainError('conflict', `The job cannot be cancelled: it is already ${job.state}.`);
      }
      await endJob(sql, this.store, job, { state: 'cancelled' }, metadata);
      const cancelled = await readJobDetail(sql, id, reader);
      await keepAnswer(sql, cancelled);
      return cancelled;
    });
  }
}
