import type { DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readDrainJob } from './drain-job-rows';

/** Cancels a drain job: it drains no further agent. Agents whose drain has begun continue to drain. */
export class CancelDrainJob extends Command<DrainJob> {
  constructor(readonly id: string) {
    super();
  }
}

@CommandHandler(CancelDrainJob)
export class CancelDrainJobHandler implements ICommandHandler<CancelDrainJob> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly held: HeldTargets,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if the job has ended */
  async execute({ id }: CancelDrainJob): Promise<DrainJob> {
    const cancelled = await this.control.query(
      `UPDATE agent_drain_job SET state = 'cancelled', why = NULL, finished_at = now()
       WHERE id = $1 AND finished_at IS NULL RETURNING id`,
      [id],
    );
    const job = await readDrainJob(this.control, id, this.held);
    if (cancelled.length > 0 || job.state === 'cancelled') return job;
    throw new DomainError('conflict', `The job cannot be cancelled: it is already ${job.state}.`);
  }
}
