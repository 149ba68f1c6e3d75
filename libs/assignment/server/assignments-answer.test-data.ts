import { Readable } from 'node:stream';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import type { AssignmentsAnswer } from './assignments-answer';
import { assignmentsSince as openAssignments } from './published-assignments';

/** Returns a whole answer, as the agent receives it. */
export async function wholeOf(opened: Promise<AssignmentsAnswer | null>): Promise<AssignmentsResponse | null> {
  const answer = await opened;
  return answer && (JSON.parse((await Readable.from(answer.jsonPieces()).toArray()).join('')) as AssignmentsResponse);
}

export const assignmentsSince = (...asked: Parameters<typeof openAssignments>): Promise<AssignmentsResponse | null> =>
  wholeOf(openAssignments(...asked));
