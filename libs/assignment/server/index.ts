export { assignedResultsPerS } from './assigned-results';
export { AssignmentUpdates } from './assignment-updates';
export { NextAssignments, NextAssignmentsHandler } from './next-assignments';
export { latestFacts } from './latest-facts';
export { AgentPoliciesProjection } from './agent-policies.projection';
export { AgentWatch } from './agent-watch';
export { ASSIGNMENT_GROUP, ASSIGNMENT_TOPICS, AssignmentProjection } from './assignment.projection';
