export { ProbingAgent } from './agent';
export type { AgentLog } from './agent-log';
