export { ProbingAgent } from './agent';
export type { AgentLog } from './agent-log';
export { examineAgent } from './doctor/doctor';
export type { Finding, FindingState } from './doctor/finding';
export { fetchFromEnrolment, trustedCa } from './enrol/pinned-ca';
export { policyProblems } from './policy/parse-policy';
