import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Injectable } from '@nestjs/common';
import { AGENT, renew } from './agent';
import { AgentRefused } from './agent-refused';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';

/** A younger certificate for an agent that still has a good one. */
@Injectable()
export class RenewCertificate {
  constructor(
    private readonly eventStore: EventStore,
    private readonly authority: CertificateAuthority,
  ) {}

  /** `presentedSha256` is the certificate that the request came with. */
  async renew(agentId: string, presentedSha256: string, csrPem: string): Promise<IssuedCertificate> {
    const certificate = await this.authority.issueAgentCertificate(csrPem, agentId);
    const renewal = {
      agentId,
      certificateSha256: certificate.sha256,
      replacesSha256: presentedSha256,
      notAfter: certificate.notAfter.toISOString(),
    };
    const { events } = await this.eventStore.execute(AGENT, agentId, (state) => renew(state, renewal), {
      metadata: { actor: `agent:${agentId}`, causationId: null, correlationId: newId() },
    });
    if (events.length === 0) throw new AgentRefused('certificate_replaced');
    return certificate;
  }
}
