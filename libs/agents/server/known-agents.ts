import { isAdmitted, type AgentState } from '@icmp-mon/agents/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { AgentRefused, refusalOfState } from './agent-refused';

/** A replaced certificate, and an agent that was put out, is refused after this long at the latest. */
const FRESH_MS = 10_000;
/** While the database is away, what was known counts for this long, so that results still reach Kafka. */
const STALE_MS_MAX = 60_000;
const AGENTS_MAX = 10_000;
/** Requests under way end with the former certificate; after this long its use means a second process with the key. */
const FORMER_USE_S_MAX = 120;
const CLONE_NOTED_EVERY_S = 60;

/** The client certificate of a request. */
export interface PresentedCertificate {
  sha256: string;
  /** SHA-256 of its public key (DER, SPKI). */
  keySha256: string;
  notAfterMs: number;
}

interface KnownAgent {
  state: AgentState | undefined;
  isAccepted: boolean;
}

/** Which certificates are valid for which agents, kept a few seconds so that a request costs no query. */
@Injectable()
export class KnownAgents {
  /** By agent and certificate. A certificate just issued is not known yet, nor an enrolment just made: only what is accepted is kept. */
  private readonly agents = new ShortCache<KnownAgent>({
    entriesMax: AGENTS_MAX,
    keptMs: (tookMs) => FRESH_MS - tookMs,
    isKept: ({ isAccepted }) => isAccepted,
    sharedMs: FRESH_MS,
    recalledMs: STALE_MS_MAX,
  });

  constructor(private readonly database: ControlDatabase) {}

  /** @throws AgentRefused for an agent that is not enrolled or was put out, or a certificate that was replaced */
  async require(agentId: string, certificate: PresentedCertificate): Promise<void> {
    const { isAccepted, state } = await this.read(agentId, certificate);
    if (!isAccepted) throw new AgentRefused(refusalOfState(state) ?? 'certificate_replaced');
  }

  private async read(agentId: string, certificate: PresentedCertificate): Promise<KnownAgent> {
    const key = `${agentId} ${certificate.sha256}`;
    try {
      return await this.agents.get(key, () => this.query(agentId, certificate));
    } catch (error) {
      const known = error instanceof DependencyUnavailable ? this.agents.recall(key) : undefined;
      if (known === undefined) throw error;
      return known;
    }
  }

  /**
   * Also notes the first use of a certificate, and the use of one that another holder of the same key has replaced: two
   * processes share the agent's identity.
   */
  private async query(agentId: string, certificate: PresentedCertificate): Promise<KnownAgent> {
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
