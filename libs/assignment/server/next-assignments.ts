import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AssignmentUpdates, type NextOptions } from './assignment-updates';

/** Waits for the changes of an agent after version `since`; null when there were none within the wait. */
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
    return this.updates.nextAssignments(agentId, since, options);
  }
}
