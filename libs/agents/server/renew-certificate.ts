import { AGENT_CERTIFICATE_LIFE_MS, type AgentState } from '@icmp-mon/agents/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AgentRefused, refusalOfState } from './agent-refused';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';

/** Share of a certificate's lifetime before which it is not renewed; agents ask at half of it. */
const EARLIEST_RENEWAL = 0.25;

/** Returns from when on a certificate may be renewed, in ms since 1970. */
export function renewableFromMs({ notAfterMs }: { notAfterMs: number }): number {
  return notAfterMs - (1 - EARLIEST_RENEWAL) * AGENT_CERTIFICATE_LIFE_MS;
}

/**
 * Issues a younger certificate to an agent that still has a valid one. It is written to the agent's row, without an event: one event per
 * renewal would add thousands of events to a stream in some years. `presentedSha256` is the certificate of the request; it stays valid,
 * because the response may be lost.
 */
export class RenewCertificate extends Command<IssuedCertificate> {
  constructor(
    readonly agentId: string,
    readonly presentedSha256: string,
    readonly csrPem: string,
  ) {
    super();
  }
}

@CommandHandler(RenewCertificate)
export class RenewCertificateHandler implements ICommandHandler<RenewCertificate> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly authority: CertificateAuthority,
  ) {}

  /** @throws AgentRefused, DomainError `invalid` (CSR) */
  async execute({ agentId, presentedSha256, csrPem }: RenewCertificate): Promise<IssuedCertificate> {
    const certificate = await this.authority.issueAgentCertificate(csrPem, agentId);
    // A request with the former certificate after the current one was used means a copy of the key.
    const renewed = await this.database.execute(
      `UPDATE agent SET certificate_sha256 = $3, previous_certificate_sha256 = $2, certificate_not_after = $4,
         key_sha256 = $5, certificate_used_at = NULL,
         clone_suspected_at = CASE WHEN certificate_sha256 <> $2 AND certificate_used_at IS NOT NULL THEN now()
                                   ELSE clone_suspected_at END
       WHERE id = $1 AND state IN ('active', 'draining') AND $2 IN (certificate_sha256, previous_certificate_sha256)`,
      [agentId, presentedSha256, certificate.sha256, certificate.notAfter, certificate.keySha256],
    );
    if (renewed === 0) throw await refused(this.database, agentId);
    return certificate;
  }
}

async function refused(sql: Sql, agentId: string): Promise<AgentRefused> {
  const [row] = await sql.query<{ state: AgentState }>('SELECT state FROM agent WHERE id = $1', [agentId]);
  return new AgentRefused(refusalOfState(row?.state) ?? 'certificate_replaced');
}
