import type { DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { cancelJob, DRAIN_JOB } from './drain-job';
import { readDrainJob } from './drain-job-rows';

/** Cancels a drain job: it drains no further agent. Agents whose drain has begun continue to drain. */
export class CancelDrainJob extends Command<DrainJob> {
  constructor(
    readonly id: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(CancelDrainJob)
export class CancelDrainJobHandler implements ICommandHandler<CancelDrainJob> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly store: EventStore,
    private readonly held: HeldTargets,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if the job has ended */
  async execute({ id, metadata }: CancelDrainJob): Promise<DrainJob> {
    const isCancelled = await this.control.transaction(async (sql) => {
      const cancelled = await sql.query(
        `UPDATE agent_drain_job SET state = 'cancelled', why = NULL, finished_at = now()
         WHERE id = $1 AND finished_at IS NULL RETURNING id`,
        [id],
      );
      if (cancelled.length === 0) return false;
      await this.store.executeWithin(sql, DRAIN_JOB, id, (state) => cancelJob(state, id), { metadata });
      return true;
    });
    const job = await readDrainJob(this.control, id, this.held);
    if (isCancelled || job.state === 'cancelled') return job;
    throw new DomainError('conflict', `The job cannot be cancelled: it is already ${job.state}.`);
  }
}
