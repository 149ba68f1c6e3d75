export { ProbingAgent } from './agent';
export type { AgentLog } from './agent-log';
export { checkPolicy } from './policy/local-policy';
