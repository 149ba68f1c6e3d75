import { AgentSites } from '@icmp-mon/agents/contract';
import { type BreakEvidence, PATH_LIMITS, type PathAgent, type TraceCause } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DAY_MS } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';
import { decodeTrace } from '../trace-body';

/** The newest trace of one agent, with an earlier one without loss if it has loss. */
export interface StoredPath {
  agent: PathAgent;
  path: BreakEvidence;
  names: Readonly<Record<string, string>>;
}

export interface StoredPaths {
  /** By name of the agent. */
  paths: StoredPath[];
  /** Agents above the limit. */
  agentsOmitted: number;
}

interface NewestRow {
  traceId: string;
  agentId: string;
  at: Date;
  cause: TraceCause;
  reason: string | null;
  reached: boolean;
  onset: PathAgent['onset'];
  body: Buffer;
}

/**
 * The newest trace of each agent to a target ($1) at its address ($2), after $3 and until $4. Agents are found one after another in the index, so
 * the number of their traces has no effect.
 */
const NEWEST = `
  WITH RECURSIVE agent AS (
    (SELECT agent_id FROM trace WHERE target_id = $1 ORDER BY agent_id LIMIT 1)
    UNION ALL
    SELECT (SELECT agent_id FROM trace WHERE target_id = $1 AND agent_id > a.agent_id ORDER BY agent_id LIMIT 1)
    FROM agent a WHERE a.agent_id IS NOT NULL)
  SELECT t.id::text AS "traceId", a.agent_id::text AS "agentId", t.at, t.cause, t.reason, t.reached, t.onset, t.body
  FROM agent a CROSS JOIN LATERAL (
    SELECT id, at, cause, reason, reached, onset, body FROM trace
    WHERE target_id = $1 AND agent_id = a.agent_id AND ip = $2 AND at > $3 AND at <= $4
    ORDER BY at DESC, id DESC LIMIT 1) t`;

/** Reads the paths of all agents to a target at some time. */
@Injectable()
export class ReadStoredPaths {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly agents: AgentSites,
  ) {}

  /** Agents that are banned, or no longer known, have no part in it. */
  async newestOf({ id, ip }: { id: string; ip: string }, atMs: number): Promise<StoredPaths> {
    const fromMs = atMs - PATH_LIMITS.traceAgeDays * DAY_MS;
    const newest = await this.telemetry.query<NewestRow>(NEWEST, [id, ip, new Date(fromMs), new Date(atMs)]);
    const known = await this.agents.ofAgents(newest.map(({ agentId }) => agentId));
    const trusted = newest.filter(({ agentId }) => known.get(agentId)?.isBanned === false);
    trusted.sort((a, b) => b.at.getTime() - a.at.getTime());
    const rows = trusted.slice(0, PATH_LIMITS.agents);
    const usual = await this.usualOf(id, ip, rows);
    const paths = rows.flatMap((row) => {
      const agent = known.get(row.agentId);
      if (agent === undefined) return [];
      const { traceId, agentId, at, cause, reason, reached, onset } = row;
      const { trace, names } = decodeTrace(row.body);
      const { name, site } = agent;
      return [
        {
          agent: {
            agentId,
            name,
            site,
            traceId,
            startedAt: at.toISOString(),
            cause,
            ok: reason === null,
            reached,
            onset,
          },
          path: { agent: agentId, site, trace, ended: true, usual: usual.get(agentId) },
          names,
        },
      ];
    });
    paths.sort((a, b) => (a.agent.name < b.agent.name ? -1 : 1));
    return { paths, agentsOmitted: trusted.length - rows.length };
  }

  /** Returns by agent the latest earlier trace that reached the target without loss, for agents whose newest one has loss. */
  private async usualOf(
    targetId: string,
    ip: string,
    rows: readonly NewestRow[],
  ): Promise<Map<string, BreakEvidence['usual']>> {
    const lossy = rows.filter(({ reached, onset }) => !reached || onset !== null);
    if (lossy.length === 0) return new Map();
    const found = await this.telemetry.query<{ agentId: string; body: Buffer }>(
      `SELECT a.agent_id::text AS "agentId", t.body FROM unnest($3::uuid[], $4::timestamptz[]) AS a (agent_id, at)
       CROSS JOIN LATERAL (
         SELECT body FROM trace
         WHERE target_id = $1 AND agent_id = a.agent_id AND at < a.at AND ip = $2 AND reached AND onset IS NULL
         ORDER BY at DESC, id DESC LIMIT 1) t`,
      [targetId, ip, lossy.map(({ agentId }) => agentId), lossy.map(({ at }) => at)],
    );
    return new Map(found.map(({ agentId, body }) => [agentId, decodeTrace(body).trace]));
  }
}
