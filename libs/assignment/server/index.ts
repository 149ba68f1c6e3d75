export { AgentWatch, type AgentWatchOptions } from './agent-watch';
export { agentPool, assign, isEligible, type AgentPool, type CandidateAgent } from './assign';
export { ASSIGNMENT_GROUP, ASSIGNMENT_TOPICS, AssignmentProjection } from './assignment.projection';
export { AssignmentUpdates, type NextOptions } from './assignment-updates';
export { ASSIGNMENTS_PER_ANSWER, assignmentsSince } from './assignments.query';
export { FeedPublisher, type FeedPublisherOptions } from './feed-publisher';
export { forgetOldDecisions, forgetRemovals, forgetReplacedFacts } from './forget-history';
export { standingFacts } from './standing-facts';
export { assignmentModel } from './assignment-model';
