import { isAdmitted, type AgentState } from '@icmp-mon/agents/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { AgentRefused, refusalOfState } from './agent-refused';

/** Longest time after which a replaced certificate, or an evicted, banned or retired agent, is refused. */
const FRESH_MS = 10_000;
/** While the database is unreachable, cached answers stay valid this long, so that results still reach Kafka. */
const STALE_MS_MAX = 60_000;
const AGENTS_MAX = 10_000;
/** Requests in flight may finish with the former certificate; its use after this time means a second process with the same key. */
const FORMER_USE_S_MAX = 120;
const CLONE_NOTED_EVERY_S = 60;

/** Client certificate of a request. */
export interface PresentedCertificate {
  sha256: string;
  /** SHA-256 of the public key (DER, SPKI). */
  keySha256: string;
  notAfterMs: number;
}

interface KnownAgent {
  state: AgentState | undefined;
  isAccepted: boolean;
}

/** Checks which certificates are valid for which agents. Answers are cached for some seconds, so that a request costs no query. */
@Injectable()
export class KnownAgents {
  /**
   * Keyed by agent and certificate. Only accepted certificates are cached, because a refused one may belong to an enrolment or renewal that
   * commits next.
   */
  private readonly agents = new ShortCache<KnownAgent>({
    entriesMax: AGENTS_MAX,
    keptMs: (tookMs) => FRESH_MS - tookMs,
    isKept: ({ isAccepted }) => isAccepted,
    sharedMs: FRESH_MS,
    recalledMs: STALE_MS_MAX,
  });

  constructor(private readonly database: ControlDatabase) {}

  /** @throws AgentRefused for an agent that is not enrolled or not admitted, or for a replaced certificate */
  async requireKnown(agentId: string, certificate: PresentedCertificate): Promise<void> {
    requireAccepted(await this.readAgent(agentId, certificate));
  }

  /** The same by the stored state, not by a cached one. @throws AgentRefused; DependencyUnavailable */
  async requireKnownNow(agentId: string, certificate: PresentedCertificate): Promise<void> {
    requireAccepted(await this.queryAgent(agentId, certificate));
  }

  private async readAgent(agentId: string, certificate: PresentedCertificate): Promise<KnownAgent> {
    const key = `${agentId} ${certificate.sha256}`;
    try {
      return await this.agents.get(key, () => this.queryAgent(agentId, certificate));
    } catch (error) {
      const known = error instanceof DependencyUnavailable ? this.agents.recallStale(key) : undefined;
      if (known === undefined) throw error;
      return known;
    }
  }

  /**
   * Reads whether the certificate is valid. Also records the first use of a certificate, and the use of one that another holder of the same
   * key has replaced: that means two processes share the agent's identity.
   */
  private async queryAgent(agentId: string, certificate: PresentedCertificate): Promise<KnownAgent> {
    const [row] = await this.database.query<{ state: AgentState; certificates: (string | null)[] }>(
      `WITH noted AS (
         UPDATE agent SET
           certificate_used_at = coalesce(certificate_used_at, now()),
           clone_suspected_at = CASE WHEN certificate_sha256 = $2 THEN clone_suspected_at ELSE now() END
         WHERE id = $1 AND (
           (certificate_sha256 = $2 AND certificate_used_at IS NULL)
           OR (certificate_sha256 <> $2 AND certificate_used_at < now() - interval '${FORMER_USE_S_MAX} seconds'
             AND (previous_certificate_sha256 = $2 OR (key_sha256 = $3 AND certificate_not_after > $4))
             AND (clone_suspected_at IS NULL
               OR clone_suspected_at < now() - interval '${CLONE_NOTED_EVERY_S} seconds'))))
       SELECT state, ARRAY[certificate_sha256, previous_certificate_sha256] AS certificates FROM agent WHERE id = $1`,
      [agentId, certificate.sha256, certificate.keySha256, new Date(certificate.notAfterMs)],
    );
    const isKnown = row?.certificates.includes(certificate.sha256) === true;
    return { state: row?.state, isAccepted: isKnown && isAdmitted(row.state) };
  }
}

function requireAccepted({ isAccepted, state }: KnownAgent): void {
  if (!isAccepted) throw new AgentRefused(refusalOfState(state) ?? 'certificate_replaced');
}
