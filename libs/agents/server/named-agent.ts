import { type AgentState, type EnrolRequest, isAdmitted } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { publicKeyOf } from './agent-keys';
import type { TokenGrant } from './enrolment-token';

/** The agent that currently has a name. */
export interface NamedAgent {
  id: string;
  region: string;
  state: AgentState;
  keySha256: string | null;
  /** Whether an operator set the region, so that the machine's own setting has no effect. */
  hasOperatorRegion: boolean;
}

/** Reads the agent that currently has a name. The name of a retired agent is free. */
export async function agentNamed(sql: Sql, name: string): Promise<NamedAgent | undefined> {
  const [row] = await sql.query<NamedAgent>(
    `SELECT id, region, state, key_sha256 AS "keySha256", 'region' = ANY(set_by_operator) AS "hasOperatorRegion" FROM agent WHERE name = $1 AND state <> 'retired'`,
    [name],
  );
  return row;
}

/**
 * Checks that a machine may replace the agent that has its name: with a token that names the agent, or with the agent's own key.
 * @throws DomainError `conflict`, whose detail names the token to create
 */
export async function requireItsPlace(known: NamedAgent, grant: TokenGrant, request: EnrolRequest): Promise<void> {
  const { name, region, csrPem } = request;
  if (grant.agentName === name) return;
  const ownKey = known.keySha256 !== null && known.keySha256 === (await publicKeyOf(csrPem)).sha256;
  if (ownKey && isAdmitted(known.state) && (known.hasOperatorRegion || known.region === region)) return;
  const detail =
    `An agent "${name}" already exists (region "${known.region}", ${known.state}). To replace it with this machine, create ` +
    `a token that names it: POST /api/v1/enrolment-tokens {"agentName": "${name}"}, or on the agent's page ` +
    'in the portal. To add another agent, use another name.';
  throw new DomainError('conflict', detail, [{ pointer: '#/name', detail: `is the name of the agent ${known.id}` }]);
}
