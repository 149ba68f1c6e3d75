import type { RejoinRequest } from '@icmp-mon/agents/contract';
import { ControlDatabase, DatabaseClock } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AgentRefused, refusalOfState } from './agent-refused';
import { readFormerCertificate } from './agent-keys';
import { agentToReturn, isBound, isSuperseded, isYoung, requireSignature, RETURN_EVERY_MS } from './bound-agent';
import { CertificateAuthority } from './certificate-authority';
import type { Enrolled } from './enrol-agent';
import { CLOCK_DIFFERENCE_MS_MAX, RejoinChallenges } from './rejoin-challenge';

/**
 * Lets an agent rejoin without a token, with the key that its row is bound to: its certificate expired during an outage of the agent or the
 * gateway, or the server has lost the certificate (a backup was restored). There is no limit on how long ago the certificate expired:
 * credentials end by an operator (evict, ban, retire) or by an enrolment that replaces the agent; a limit of some weeks would only cause
 * manual work on every machine. `allowed` is called once the key is verified as the agent's, before the costly steps.
 */
export class RejoinAgent extends Command<Enrolled> {
  constructor(
    readonly request: RejoinRequest,
    readonly allowed: () => void,
  ) {
    super();
  }
}

@CommandHandler(RejoinAgent)
export class RejoinAgentHandler implements ICommandHandler<RejoinAgent> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly authority: CertificateAuthority,
    private readonly challenges: RejoinChallenges,
    /** With a wrong clock, floors and certificates could be dated in the future and lock agents out. */
    private readonly clock: DatabaseClock,
  ) {}

  /** @throws AgentRefused, DomainError `invalid`, `unauthenticated` (nonce, signature), `too_many_requests`, and any error of `allowed` */
  async execute({ request, allowed }: RejoinAgent): Promise<Enrolled> {
    const nowMs = this.clock.nowMs();
    const madeAtMs = this.challenges.madeAtMs(request.nonce, nowMs);
    if (madeAtMs === null) throw staleChallenge();
    const { csrPem, certificatePem } = request;
    const agent = await agentToReturn(this.database, request);
    const keySha256 = await requireSignature(request);
    const former = certificatePem === undefined ? null : readFormerCertificate(certificatePem, this.authority.pem);
    if (agent === undefined) throw new AgentRefused('agent_not_enrolled');
    if (!isBound(agent, keySha256, former)) throw new AgentRefused('certificate_replaced');
    const refusal = refusalOfState(agent.state);
    if (refusal !== undefined) throw new AgentRefused(refusal);
    if (isYoung(agent, nowMs)) {
      throw new DomainError('too_many_requests', `An agent may rejoin once per ${RETURN_EVERY_MS / 1_000} s.`);
    }
    allowed();
    const certificate = await this.authority.issueAgentCertificate(csrPem, agent.id, new Date(nowMs));
    // A floor in the future was written while the clock was ahead, and is ignored.
    // The replaced certificate stays valid as the previous one: if another process uses it, that is detected, and neither process locks the
    // other out.
    const returned = await this.database.execute(
      `UPDATE agent SET previous_certificate_sha256 = certificate_sha256, certificate_sha256 = $2,
         certificate_not_after = $3, key_sha256 = $4, certificate_used_at = NULL, rejoin_floor_ms = $5,
         clone_suspected_at = CASE WHEN $6 AND certificate_used_at IS NOT NULL THEN now() ELSE clone_suspected_at END
       WHERE id = $1 AND state IN ('active', 'draining') AND (rejoin_floor_ms < $5 OR rejoin_floor_ms > $7)
         AND (key_sha256 IS NULL OR key_sha256 = $4)`,
      [
        ...[agent.id, certificate.sha256, certificate.notAfter, keySha256, madeAtMs, isSuperseded(agent, former)],
        Math.round(nowMs) + CLOCK_DIFFERENCE_MS_MAX,
      ],
    );
    if (returned === 0) throw staleChallenge();
    return { agentId: agent.id, certificate };
  }
}

function staleChallenge(): DomainError {
  return new DomainError('unauthenticated', 'The challenge is expired or already used. Sign a new challenge.');
}
