import { type AgentState, type EnrolRequest, isAdmitted } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { publicKeyOf } from './agent-keys';
import type { TokenGrant } from './enrolment-token';

/** The agent that has a name now. */
export interface NamedAgent {
  id: string;
  region: string;
  state: AgentState;
  keySha256: string | null;
}

/** The name of a retired agent is free. */
export async function agentNamed(sql: Sql, name: string): Promise<NamedAgent | undefined> {
  const [row] = await sql.query<NamedAgent>(
    `SELECT id, region, state, key_sha256 AS "keySha256" FROM agent WHERE name = $1 AND state <> 'retired'`,
    [name],
  );
  return row;
}

/**
 * Requires that a machine may take the place of the agent that has its name: with a token that names the agent, or with the agent's own
 * key.
 * @throws DomainError `conflict` that says which token to make
 */
export async function requireItsPlace(known: NamedAgent, grant: TokenGrant, request: EnrolRequest): Promise<void> {
  const { name, region, csrPem } = request;
  if (grant.agentName === name) return;
  const ownKey = known.keySha256 !== null && known.keySha256 === (await publicKeyOf(csrPem)).sha256;
  if (ownKey && isAdmitted(known.state) && known.region === region) return;
  const detail =
    `An agent "${name}" exists already (region "${known.region}", ${known.state}). To put this machine in its place, make ` +
    `a token that names it: POST /api/v1/enrolment-tokens {"agentName": "${name}"}, or in the portal on the agent's ` +
    'page. To add another agent, give this one another name.';
  throw new DomainError('conflict', detail, [{ pointer: '#/name', detail: `is the name of the agent ${known.id}` }]);
}
