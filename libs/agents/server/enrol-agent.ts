import type { EnrolRequest } from '@icmp-mon/agents/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AGENT, enrol } from './agent';
import { grantedDescription } from './agent-description';
import { CertificateAuthority, type IssuedCertificate } from './certificate-authority';
import { requireToken, spendToken } from './enrolment-token';
import { agentNamed, requireItsPlace } from './named-agent';

export interface Enrolled {
  agentId: string;
  certificate: IssuedCertificate;
}

/**
 * Enrols an agent: token → certificate. A machine replaces the agent that has its name only with a token that names that agent, or with
 * that agent's own key; the replaced agent's certificates become invalid. `allowed` is called once the token is verified, before the costly
 * steps.
 */
export class EnrolAgent extends Command<Enrolled> {
  constructor(
    readonly request: EnrolRequest,
    readonly allowed: () => void,
  ) {
    super();
  }
}

@CommandHandler(EnrolAgent)
export class EnrolAgentHandler implements ICommandHandler<EnrolAgent> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
    private readonly authority: CertificateAuthority,
  ) {}

  /**
   * @throws DomainError `unauthenticated`, `forbidden` (token, banned agent), `invalid` (CSR), `conflict` (name), and any error of
   * `allowed`
   */
  async execute({ request, allowed }: EnrolAgent): Promise<Enrolled> {
    const { token, name, csrPem } = request;
    const grant = await requireToken(this.database, token, request);
    allowed();
    const known = await agentNamed(this.database, name);
    if (known !== undefined) await requireItsPlace(known, grant, request);
    const agentId = known?.id ?? newId();
    const certificate = await this.authority.issueAgentCertificate(csrPem, agentId);
    const event = {
      agentId,
      ...grantedDescription(request, grant),
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
      const detail = `Another agent enrolled with the name "${name}" at the same time. Enrol again, or choose another name.`;
      throw new DomainError('conflict', detail, [{ pointer: '#/name', detail }], { cause: error });
    }
    return { agentId, certificate };
  }
}
