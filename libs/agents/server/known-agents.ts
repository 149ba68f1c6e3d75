import { ControlDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { AgentRefused } from './agent-refused';

/** A replaced certificate is out after this long at the latest. */
const FRESH_MS = 10_000;
/** While the database is away, what was known stands for this long, so that results still reach Kafka. */
const STALE_MS_MAX = 60_000;
const AGENTS_MAX = 10_000;

interface KnownAgent {
  certificates: string[];
  readAtMs: number;
}

/** Which certificates stand for which agents, kept a few seconds so that a request costs no query. */
@Injectable()
export class KnownAgents {
  private readonly agents = new Map<string, KnownAgent>();
  private readonly reading = new Map<string, Promise<KnownAgent>>();

  constructor(private readonly database: ControlDatabase) {}

  /** @throws AgentRefused for an agent that is not enrolled or a certificate that was replaced */
  async require(agentId: string, certificateSha256: string, nowMs = performance.now()): Promise<void> {
    const known = this.agents.get(agentId);
    const fresh = known !== undefined && nowMs - known.readAtMs < FRESH_MS;
    // A certificate just issued is not known yet: look again before refusing it.
    const agent = fresh && known.certificates.includes(certificateSha256) ? known : await this.read(agentId, nowMs);
    if (agent.certificates.includes(certificateSha256)) return;
    throw new AgentRefused(agent.certificates.length === 0 ? 'agent_not_enrolled' : 'certificate_replaced');
  }

  private async read(agentId: string, nowMs: number): Promise<KnownAgent> {
    const pending = this.reading.get(agentId) ?? this.query(agentId, nowMs);
    this.reading.set(agentId, pending);
    try {
      return await pending;
    } catch (error) {
      const known = this.agents.get(agentId);
      if (error instanceof DependencyUnavailable && known !== undefined && nowMs - known.readAtMs < STALE_MS_MAX) {
        return known;
      }
      throw error;
    } finally {
      this.reading.delete(agentId);
    }
  }

  private async query(agentId: string, nowMs: number): Promise<KnownAgent> {
    const [row] = await this.database.query<{ certificates: (string | null)[] }>(
      'SELECT ARRAY[certificate_sha256, previous_certificate_sha256] AS certificates FROM agent WHERE id = $1',
      [agentId],
    );
    const certificates = (row?.certificates ?? []).filter((sha256) => sha256 !== null);
    const agent = { certificates, readAtMs: nowMs };
    if (this.agents.size >= AGENTS_MAX) this.agents.clear();
    this.agents.set(agentId, agent);
    return agent;
  }
}
