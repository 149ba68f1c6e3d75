/**
 * Why the gateway refuses an agent: `code` of the problem document, from which the agent derives what to do.
 * - `agent_not_enrolled`: no agent is enrolled under this certificate; the agent enrols with a token
 * - `certificate_expired`: the agent rejoins with its bound key
 * - `certificate_replaced`: the agent's row has another certificate; it rejoins with its bound key, unless another machine enrolled under
 *   its name
 * - `agent_evicted`: the agent enrols again with a token that names it
 * - `agent_banned`, `agent_retired`: the agent stops
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
