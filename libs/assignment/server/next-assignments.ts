import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AssignmentUpdates, type NextOptions } from './assignment-updates';

/** What an agent has to learn after version `since`, once there is something; null when nothing came within the wait. */
export class NextAssignments extends Query<AssignmentsResponse | null> {
  constructor(
    readonly agentId: string,
    readonly since: number,
    readonly options: NextOptions,
  ) {
    super();
  }
}

@QueryHandler(NextAssignments)
export class NextAssignmentsHandler implements IQueryHandler<NextAssignments> {
  constructor(private readonly updates: AssignmentUpdates) {}

  execute({ agentId, since, options }: NextAssignments): Promise<AssignmentsResponse | null> {
    return this.updates.next(agentId, since, options);
  }
}
