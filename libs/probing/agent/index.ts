export { ProbingAgent } from './agent';
export type { AgentLog } from './agent-log';
export { policyProblems } from './policy/parse-policy';
