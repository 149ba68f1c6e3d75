export { type AgentOptions, type AgentReadiness, ProbingAgent } from './agent';
export type { AgentLog } from './agent-log';
