/**
 * Why the gateway refuses an agent: `code` of the problem document, by which the agent knows what to do.
 * - `agent_not_enrolled`: no agent is enrolled under it; enrol with a token
 * - `certificate_expired`: return by the bound key
 * - `certificate_replaced`: the agent has another certificate; return by the bound key, unless another machine enrolled under its name
 * - `agent_evicted`: enrol again with a token that names the agent
 * - `agent_banned`, `agent_retired`: stop
 */
export const AGENT_REFUSALS = [
  'agent_not_enrolled',
  'certificate_expired',
  'certificate_replaced',
  'agent_evicted',
  'agent_banned',
  'agent_retired',
] as const;

export type AgentRefusal = (typeof AGENT_REFUSALS)[number];
