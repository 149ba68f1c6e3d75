import type { DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readDrainJob } from './drain-job-rows';

/** One drain job. */
export class ReadDrainJob extends Query<DrainJob> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ReadDrainJob)
export class ReadDrainJobHandler implements IQueryHandler<ReadDrainJob> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly held: HeldTargets,
  ) {}

  /** @throws DomainError `not_found` */
  execute({ id }: ReadDrainJob): Promise<DrainJob> {
    return readDrainJob(this.control, id, this.held);
  }
}
