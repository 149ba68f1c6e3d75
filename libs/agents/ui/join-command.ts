import type { EnrolmentTokenCreated } from '@icmp-mon/agents/contract';

/** The command that starts an agent and enrols it with the token, ready to paste into a shell. */
export function joinCommand(
  created: EnrolmentTokenCreated,
  place: { region: string; provider: string } = { region: created.region ?? 'region', provider: 'provider' },
): string {
  return [
    `ICMPMON_AGENT_ENROL_URL=${quoted(created.enrolUrl)}`,
    `ICMPMON_AGENT_ENROL_TOKEN=${quoted(created.token)}`,
    `ICMPMON_AGENT_CA_SHA256=${quoted(created.caSha256)}`,
    // A new agent takes its host name, made fit.
    ...(created.agentName === null ? [] : [`ICMPMON_AGENT_NAME=${quoted(created.agentName)}`]),
    `ICMPMON_AGENT_REGION=${quoted(place.region)}`,
    `ICMPMON_AGENT_PROVIDER=${quoted(place.provider)}`,
    "ICMPMON_AGENT_STATE_DIR='./icmp-mon-agent'",
    'node dist/apps/agent/main.js',
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
