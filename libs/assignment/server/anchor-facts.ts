import type { AgentReport } from '@icmp-mon/agents/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import type { AnchorFact } from '@icmp-mon/probing/contract';
import { appendAgentFacts } from './condition-log';
import { lockFeed } from './feed-writer';

/** Shortest time between two facts about the anchors of one agent, in ms: each is a record in every shard's log. */
const AGAIN_MS = 10_000;

interface StoredEvidence {
  agentId: string;
  evidence: AnchorFact;
  ageMs: number;
}

interface EvidenceChange {
  agentId: string;
  /** Null: no anchors are set, or none was measured. */
  evidence: AnchorFact | null;
}

/** Returns for which agents the evidence of their anchors changed. An agent without a report keeps its stored evidence. */
export function changedEvidence(
  reports: readonly Pick<AgentReport, 'agentId' | 'anchors'>[],
  stored: readonly StoredEvidence[],
): EvidenceChange[] {
  const before = new Map(stored.map((row) => [row.agentId, row]));
  return reports.flatMap(({ agentId, anchors = 'unknown' }) => {
    const evidence = anchors === 'unknown' ? null : anchors;
    const known = before.get(agentId);
    const isRecent = known !== undefined && known.ageMs < AGAIN_MS;
    return isRecent || (known?.evidence ?? null) === evidence ? [] : [{ agentId, evidence }];
  });
}

/**
 * Publishes to the shards whether the anchors of each agent answer. Evidence only: no verdict depends on it, and it moves no target. It
 * reaches the shards through their logs, so that a replay has it at the same place.
 */
export class AnchorFacts {
  private readonly logger = createLogger('assignment-anchors');

  constructor(
    private readonly database: ControlDatabase,
    private readonly shardCount: number,
  ) {}

  async publishEvidence(reports: readonly AgentReport[]): Promise<void> {
    if (changedEvidence(reports, await readEvidence(this.database)).length === 0) return;
    await this.database.transaction(async (sql) => {
      await lockFeed(sql);
      const changes = changedEvidence(reports, await readEvidence(sql));
      const stored = await storeEvidence(sql, changes);
      if (stored.length === 0) return;
      await appendAgentFacts(sql, this.shardCount, stored);
      this.logger.info({ changes }, "evidence of agents' anchors changed");
    });
  }
}

function readEvidence(sql: Sql): Promise<StoredEvidence[]> {
  return sql.query<StoredEvidence>(
    `SELECT agent_id::text AS "agentId", evidence,
       (extract(epoch FROM clock_timestamp() - since) * 1000)::float8 AS "ageMs" FROM assignment_agent_anchors`,
  );
}

/** Stores the changes of agents that the assignment knows; returns their ids. */
async function storeEvidence(sql: Sql, changes: readonly EvidenceChange[]): Promise<string[]> {
  const rows = JSON.stringify(changes);
  const removed = await sql.query<{ id: string }>(
    `DELETE FROM assignment_agent_anchors a USING jsonb_to_recordset($1::jsonb) AS c("agentId" uuid, evidence text)
     WHERE a.agent_id = c."agentId" AND c.evidence IS NULL RETURNING a.agent_id::text AS id`,
    [rows],
  );
  const kept = await sql.query<{ id: string }>(
    `INSERT INTO assignment_agent_anchors (agent_id, evidence)
     SELECT c."agentId", c.evidence FROM jsonb_to_recordset($1::jsonb) AS c("agentId" uuid, evidence text)
     JOIN assignment_agent known ON known.id = c."agentId" WHERE c.evidence IS NOT NULL
     ON CONFLICT (agent_id) DO UPDATE SET evidence = excluded.evidence, since = excluded.since
     RETURNING agent_id::text AS id`,
    [rows],
  );
  return [...removed, ...kept].map(({ id }) => id);
}
