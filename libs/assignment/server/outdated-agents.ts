import { type AgentReport, isOlderVersion } from '@icmp-mon/agents/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { evaluationSeconds, movedTargets } from './assignment-metrics';
import { TargetEvaluation } from './evaluate-targets';
import { lockFeed } from './feed-writer';

interface OutdatedRow {
  agentId: string;
  version: string;
  versionMin: string;
}

/** Returns which agents are below the minimum version; none without a minimum. An agent without a report keeps its stored state. */
export function outdatedAgents(
  reports: readonly Pick<AgentReport, 'agentId' | 'version'>[],
  stored: readonly OutdatedRow[],
  versionMin: string | undefined,
): OutdatedRow[] {
  if (versionMin === undefined) return [];
  const reported = new Map(reports.map(({ agentId, version }) => [agentId, version]));
  for (const { agentId, version } of stored) reported.set(agentId, reported.get(agentId) ?? version);
  return [...reported].flatMap(([agentId, version]) =>
    version !== undefined && isOlderVersion(version, versionMin) ? [{ agentId, version, versionMin }] : [],
  );
}

/**
 * Decides which agents are outdated, and stores it. They continue to probe their targets; targets registered later prefer other ready agents,
 * but an outdated agent to draining and lost ones. A stored time stays while an agent is outdated, so that none of these targets returns to it.
 */
export class OutdatedAgents {
  private readonly logger = createLogger('assignment-outdated');

  constructor(
    private readonly database: ControlDatabase,
    private readonly shardCount: number,
    private readonly versionMin: string | undefined,
  ) {}

  async checkVersions(reports: readonly AgentReport[]): Promise<void> {
    const before = await readOutdated(this.database);
    if (same(before, outdatedAgents(reports, before, this.versionMin))) return;
    await this.database.transaction(async (sql) => {
      await lockFeed(sql);
      const stored = await readOutdated(sql);
      const outdated = outdatedAgents(reports, stored, this.versionMin);
      const endedSinceMs = await storeOutdated(sql, outdated);
      this.logger.info({ outdated, versionMin: this.versionMin }, 'outdated agents changed');
      if (endedSinceMs === null) return;
      const endTimer = evaluationSeconds.startTimer();
      const evaluation = await TargetEvaluation.beginEvaluation(sql, this.shardCount);
      await evaluation.evaluateRegisteredSince(endedSinceMs);
      await evaluation.settleCapacity();
      endTimer();
      movedTargets.inc({ cause: 'version' }, evaluation.moved);
    });
  }
}

function readOutdated(sql: Sql): Promise<OutdatedRow[]> {
  return sql.query<OutdatedRow>(
    'SELECT agent_id::text AS "agentId", version, version_min AS "versionMin" FROM assignment_agent_outdated',
  );
}

/** Stores the outdated agents. Returns the earliest time (ms since 1970) since which an upgraded agent was outdated; null if none was upgraded. */
async function storeOutdated(sql: Sql, outdated: readonly OutdatedRow[]): Promise<number | null> {
  const ids = outdated.map(({ agentId }) => agentId);
  const [{ endedSinceMs }] = await sql.query<{ endedSinceMs: number | null }>(
    `WITH ended AS (DELETE FROM assignment_agent_outdated WHERE agent_id <> ALL ($1::uuid[]) RETURNING since)
     SELECT (extract(epoch FROM min(since)) * 1000)::float8 AS "endedSinceMs" FROM ended`,
    [ids],
  );
  await sql.execute(
    `INSERT INTO assignment_agent_outdated (agent_id, version, version_min)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
     ON CONFLICT (agent_id) DO UPDATE SET version = excluded.version, version_min = excluded.version_min`,
    [ids, outdated.map(({ version }) => version), outdated.map(({ versionMin }) => versionMin)],
  );
  return endedSinceMs;
}

function same(a: readonly OutdatedRow[], b: readonly OutdatedRow[]): boolean {
  const textsOf = (rows: readonly OutdatedRow[]): string =>
    rows
      .map(({ agentId, version, versionMin }) => `${agentId} ${version} ${versionMin}`)
      .sort()
      .join();
  return textsOf(a) === textsOf(b);
}
