import { type AgentState, type EnrolRequest, isAdmitted } from '@icmp-mon/agents/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Injectable } from '@nestjs/common';
import { AGENT, enrol } from './agent';
import { publicKeyOf } from './agent-keys';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';
import { requireToken, spendToken, type TokenGrant } from './enrolment-token';

export interface Enrolled {
  agentId: string;
  certificate: IssuedCertificate;
}

interface KnownName {
  id: string;
  region: string;
  state: AgentState;
  keySha256: string | null;
}

/**
 * Lets an agent join: token → certificate. A machine takes the place of the agent that has its name only with a token that
 * names that agent, or with that agent's own key; the former certificates end there.
 */
@Injectable()
export class EnrolAgent {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
    private readonly authority: CertificateAuthority,
  ) {}

  /**
   * `allowed` is called once the token is good, before what costs.
   * @throws DomainError `unauthenticated`, `forbidden` (token, banned agent), `invalid` (CSR), `conflict` (name), and what `allowed` throws
   */
  async enrol(request: EnrolRequest, allowed: () => void): Promise<Enrolled> {
    const { token, name, region, provider, tags, csrPem } = request;
    const grant = await requireToken(this.database, token, { region, name });
    allowed();
    const known = await this.findByName(name);
    if (known !== undefined) await this.requireItsPlace(known, grant, request);
    const agentId = known?.id ?? newId();
    const certificate = await this.authority.issueAgentCertificate(csrPem, agentId);
    const event = {
      agentId,
      name,
      region,
      provider,
      tags,
      capacityPps: null,
      certificateSha256: certificate.sha256,
      notAfter: certificate.notAfter.toISOString(),
      keySha256: certificate.keySha256,
      tokenId: grant.id,
    };
    const metadata = { actor: `agent:${agentId}`, causationId: null, correlationId: newId() };
    try {
      await this.eventStore.execute(AGENT, agentId, (record) => enrol(record, event), {
        metadata,
        within: (sql) => spendToken(sql, token),
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'agent_name_unique')) throw error;
      const detail = `Another agent took the name "${name}" at this moment. Enrol again, or choose another name.`;
      throw new DomainError('conflict', detail, [{ pointer: '#/name', detail }], { cause: error });
    }
    return { agentId, certificate };
  }

  /** @throws DomainError `conflict` that says which token to make */
  private async requireItsPlace(known: KnownName, grant: TokenGrant, request: EnrolRequest): Promise<void> {
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

  /** The name of a retired agent is free. */
  private async findByName(name: string): Promise<KnownName | undefined> {
    const [row] = await this.database.query<KnownName>(
      `SELECT id, region, state, key_sha256 AS "keySha256" FROM agent WHERE name = $1 AND state <> 'retired'`,
      [name],
    );
    return row;
  }
}
