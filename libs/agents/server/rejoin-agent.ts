import { createHash, verify } from 'node:crypto';
import { type AgentState, type RejoinRequest, rejoinText } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { AgentRefused, refusalOfState } from './agent-refused';
import { type FormerCertificate, publicKeyOf, readFormerCertificate } from './agent-keys';
import { AGENT_CERTIFICATE_LIFE_MS, CertificateAuthority } from './certificate-authority';
import type { Enrolled } from './enrol-agent';
import { CLOCK_DIFFERENCE_MS_MAX, type RejoinChallenges } from './rejoin-challenge';

/** One agent returns at most this often: each return costs a signature and a write. */
const RETURN_EVERY_MS = 10_000;

interface BoundAgent {
  id: string;
  state: AgentState;
  keySha256: string | null;
  certificateSha256: string;
  previousSha256: string | null;
  notAfter: Date;
}

const COLUMNS = `id, state, key_sha256 AS "keySha256", certificate_sha256 AS "certificateSha256",
  previous_certificate_sha256 AS "previousSha256", certificate_not_after AS "notAfter"`;

/**
 * Lets an agent return without a token, by the key that its row is bound to: its certificate expired while it or the gateway
 * was away, or the server does not know it any more (a restored backup). However long ago it expired: what ends a
 * credential is an operator (evict, ban, retire) or an enrolment in the agent's place, and a bound of some weeks would only bring
 * back the hand on every machine.
 */
@Injectable()
export class RejoinAgent {
  constructor(
    private readonly database: ControlDatabase,
    private readonly authority: CertificateAuthority,
    private readonly challenges: RejoinChallenges,
    /** The database's clock: with a wrong clock, floors and certificates could lie in the future and lock agents out. */
    private readonly nowMs: () => number,
  ) {}

  /** A nonce to sign within a minute. */
  challenge(): string {
    return this.challenges.make(this.nowMs());
  }

  /**
   * `allowed` is called once the key is known to be the agent's, before what costs.
   * @throws AgentRefused, DomainError `invalid`, `unauthenticated` (nonce, signature), `too_many_requests`, and what `allowed` throws
   */
  async rejoin(request: RejoinRequest, allowed: () => void): Promise<Enrolled> {
    const nowMs = this.nowMs();
    const madeAtMs = this.challenges.madeAtMs(request.nonce, nowMs);
    if (madeAtMs === null) throw staleChallenge();
    const { csrPem, certificatePem } = request;
    const agent = await this.find(request);
    const keySha256 = await requireSignature(request);
    const former = certificatePem === undefined ? null : readFormerCertificate(certificatePem, this.authority.pem);
    if (agent === undefined) throw new AgentRefused('agent_not_enrolled');
    if (!isBound(agent, keySha256, former)) throw new AgentRefused('certificate_replaced');
    const refusal = refusalOfState(agent.state);
    if (refusal !== undefined) throw new AgentRefused(refusal);
    if (isYoung(agent, nowMs)) {
      throw new DomainError('too_many_requests', `An agent returns at most each ${RETURN_EVERY_MS / 1_000} s.`);
    }
    allowed();
    const certificate = await this.authority.issueAgentCertificate(csrPem, agent.id, new Date(nowMs));
    // A floor in the future was written while the clock was ahead, and is ignored.
    // The certificate that is replaced stays valid beside the new one: if another process has it, that is noticed, and
    // neither silences the other.
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

  private async find({ agentId, name }: RejoinRequest): Promise<BoundAgent | undefined> {
    const [where, value] = agentId === undefined ? [`name = $1 AND state <> 'retired'`, name] : ['id = $1', agentId];
    const [row] = await this.database.query<BoundAgent>(`SELECT ${COLUMNS} FROM agent WHERE ${where}`, [value]);
    return row;
  }
}

/** Whether the certificate was issued less than 10 s ago. One from the future was issued while the clock was ahead, and is not young. */
function isYoung({ notAfter }: BoundAgent, nowMs: number): boolean {
  const issuedAgoMs = nowMs - (notAfter.getTime() - AGENT_CERTIFICATE_LIFE_MS);
  return issuedAgoMs < RETURN_EVERY_MS && issuedAgoMs > -CLOCK_DIFFERENCE_MS_MAX;
}

/** Hash of the CSR's key, which has signed the nonce. */
async function requireSignature({ csrPem, nonce, signature }: RejoinRequest): Promise<string> {
  const key = await publicKeyOf(csrPem);
  const text = rejoinText(nonce, createHash('sha256').update(csrPem).digest('hex'));
  const given = Buffer.from(signature, 'base64');
  if (verify('sha256', Buffer.from(text), { key: key.publicKey, dsaEncoding: 'der' }, given)) return key.sha256;
  throw new DomainError('unauthenticated', "The signature is not that of the CSR's key over the challenge.");
}

/**
 * Whether the key is the agent's. A row of an earlier release has no key: there the last certificate decides, which is the
 * row's own, or a younger one, as after the restore of a backup.
 */
function isBound(agent: BoundAgent, keySha256: string, former: FormerCertificate | null): boolean {
  if (agent.keySha256 !== null) return agent.keySha256 === keySha256;
  if (former === null || former.agentId !== agent.id || former.keySha256 !== keySha256) return false;
  return (
    former.sha256 === agent.certificateSha256 ||
    former.sha256 === agent.previousSha256 ||
    former.notAfterMs > agent.notAfter.getTime()
  );
}

/** Whether a younger certificate of the agent was issued since the one that is shown. */
function isSuperseded(agent: BoundAgent, former: FormerCertificate | null): boolean {
  if (former === null) return true;
  return former.sha256 !== agent.certificateSha256 && former.notAfterMs <= agent.notAfter.getTime();
}

function staleChallenge(): DomainError {
  return new DomainError('unauthenticated', 'The challenge is not good any more. Ask for a new one and sign that.');
}
