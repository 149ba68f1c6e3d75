import { AGENT_CERTIFICATE_LIFE_MS, type AgentState } from '@icmp-mon/agents/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AgentRefused, refusalOfState } from './agent-refused';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';

/** Share of its life for which a certificate is not renewed: agents ask at half of it. */
const EARLIEST_RENEWAL = 0.25;

/** From when on a certificate is renewed, ms since 1970. */
export function renewableFromMs({ notAfterMs }: { notAfterMs: number }): number {
  return notAfterMs - (1 - EARLIEST_RENEWAL) * AGENT_CERTIFICATE_LIFE_MS;
}

/**
 * A younger certificate for an agent that still has a valid one. It is written to the agent's row and is no event: a
 * stream that grew with each renewal would have thousands of events after some years. `presentedSha256` is the certificate that the
 * request came with; it stays valid, because the answer may be lost.
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
    // Who asks with the former one although the present one was used has a copy of the key.
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
