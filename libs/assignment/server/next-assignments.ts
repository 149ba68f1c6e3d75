import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { AssignmentsAnswer } from './assignments-answer';
import { AssignmentUpdates, type NextOptions } from './assignment-updates';

/** Waits for the changes of an agent after version `since`; null when there were none within the wait. */
export class NextAssignments extends Query<AssignmentsAnswer | null> {
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

  execute({ agentId, since, options }: NextAssignments): Promise<AssignmentsAnswer | null> {
    return this.updates.nextAssignments(agentId, since, options);
  }
}
