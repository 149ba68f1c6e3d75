import type { TokenBounds } from './enrolment-token';

/** Returns for which agents a token is, and what it fixes: `agent fra-1, region eu, provider carrier-a, site=fra, 500 packets/s`. */
export function tokenPurpose({ agentName, region, provider, tags, capacityPps }: Required<TokenBounds>): string {
  return [
    agentName === null ? 'new agents' : `agent ${agentName}`,
    ...(region === null ? [] : [`region ${region}`]),
    ...(provider === null ? [] : [`provider ${provider}`]),
    ...Object.entries(tags).map(([key, value]) => `${key}=${value}`),
    ...(capacityPps === null ? [] : [`${capacityPps} packets/s`]),
  ].join(', ');
}
