import type { EnrolRequest } from '@icmp-mon/agents/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Injectable } from '@nestjs/common';
import { AGENT, enrol } from './agent';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';
import { requireToken, spendToken } from './enrolment-token';

export interface Enrolled {
  agentId: string;
  certificate: IssuedCertificate;
}

/**
 * Lets an agent join: token → certificate. A name that is known joins again as the same agent (its folder was lost, or the
 * machine was made anew); its former certificates end there, so a second machine of that name is noticed.
 */
@Injectable()
export class EnrolAgent {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
    private readonly authority: CertificateAuthority,
  ) {}

  /** @throws DomainError `unauthenticated`, `forbidden` (token), `invalid` (CSR), `conflict` (name of another region) */
  async enrol(request: EnrolRequest): Promise<Enrolled> {
    const { token, name, region, provider, tags, csrPem } = request;
    await requireToken(this.database, token, region);
    const known = await this.findByName(name);
    if (known !== undefined && known.region !== region) {
      const detail = `An agent "${name}" exists in region "${known.region}". Give this one another name.`;
      throw new DomainError('conflict', detail, [{ pointer: '#/name', detail }]);
    }
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

  private async findByName(name: string): Promise<{ id: string; region: string } | undefined> {
    const [row] = await this.database.query<{ id: string; region: string }>(
      `SELECT id, region FROM agent WHERE name = $1 AND state <> 'retired'`,
      [name],
    );
    return row;
  }
}
