import { isAdmitted, type AgentState } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { AgentRefused, refusalOfState } from './agent-refused';

/** A replaced certificate, and an agent that was put out, is refused after this long at the latest. */
const FRESH_MS = 10_000;
/** While the database is away, what was known stands for this long, so that results still reach Kafka. */
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
  certificates: string[];
  readAtMs: number;
}

/** Which certificates are valid for which agents, kept a few seconds so that a request costs no query. */
@Injectable()
export class KnownAgents {
  private readonly agents = new Map<string, KnownAgent>();
  private readonly reading = new Map<string, Promise<KnownAgent>>();

  constructor(private readonly database: ControlDatabase) {}

  /** @throws AgentRefused for an agent that is not enrolled or was put out, or a certificate that was replaced */
  async require(agentId: string, certificate: PresentedCertificate, nowMs = performance.now()): Promise<void> {
    const known = this.agents.get(agentId);
    const fresh = known !== undefined && nowMs - known.readAtMs < FRESH_MS;
    // A certificate just issued is not known yet, nor an enrolment just made: look again before refusing it.
    const agent = fresh && accepts(known, certificate) ? known : await this.read(agentId, certificate, nowMs);
    if (accepts(agent, certificate)) return;
    throw new AgentRefused(refusalOfState(agent.state) ?? 'certificate_replaced');
  }

  private async read(agentId: string, certificate: PresentedCertificate, nowMs: number): Promise<KnownAgent> {
    const key = `${agentId} ${certificate.sha256}`;
    const pending = this.reading.get(key) ?? this.query(agentId, certificate, nowMs);
    this.reading.set(key, pending);
    try {
      return await pending;
    } catch (error) {
      const known = this.agents.get(agentId);
      if (error instanceof DependencyUnavailable && known !== undefined && nowMs - known.readAtMs < STALE_MS_MAX) {
        return known;
      }
      throw error;
    } finally {
      this.reading.delete(key);
    }
  }

  /**
   * Also notes the first use of a certificate, and the use of one that another holder of the same key has replaced: two
   * processes share the agent's identity.
   */
  private async query(agentId: string, certificate: PresentedCertificate, nowMs: number): Promise<KnownAgent> {
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
    const certificates = (row?.certificates ?? []).filter((sha256) => sha256 !== null);
    const agent = { state: row?.state, certificates, readAtMs: nowMs };
    if (this.agents.size >= AGENTS_MAX) this.agents.clear();
    this.agents.set(agentId, agent);
    return agent;
  }
}

function accepts({ state, certificates }: KnownAgent, { sha256 }: PresentedCertificate): boolean {
  return state !== undefined && isAdmitted(state) && certificates.includes(sha256);
}
