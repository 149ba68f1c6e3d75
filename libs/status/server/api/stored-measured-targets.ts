import { type MeasuredCounts, MeasuredTargets } from '@icmp-mon/status/contract';
import { keptByCost, ShortCache } from '@icmp-mon/platform/batching';
import type { TelemetryDatabase } from '@icmp-mon/platform/database';

const KEPT_MS = 10_000;

const COUNTS = `
  SELECT p.agent_id::text AS "agentId",
    count(*) FILTER (WHERE l.letter IN ('u', 'g', 'd', '?'))::float8 AS measured,
    count(*) FILTER (WHERE l.letter = 'w')::float8 AS warming,
    count(*) FILTER (WHERE l.letter NOT IN ('u', 'g', 'd', '?', 'w', 'r'))::float8 AS silent
  FROM target_verdict t
  CROSS JOIN LATERAL unnest(t.agents, t.checks) WITH ORDINALITY AS p(agent_id, check_no, place)
  CROSS JOIN LATERAL (SELECT substr(t.letters, p.place::integer, 1) AS letter) AS l
  WHERE p.check_no = t.checks[1] GROUP BY p.agent_id`;

/** Counts the verdicts that the shards have stored. */
export class StoredMeasuredTargets extends MeasuredTargets {
  private readonly counts = new ShortCache<ReadonlyMap<string, MeasuredCounts>>({
    entriesMax: 1,
    keptMs: keptByCost(KEPT_MS),
    keepsFailures: true,
  });

  constructor(private readonly database: TelemetryDatabase) {
    super();
  }

  override byAgent(): Promise<ReadonlyMap<string, MeasuredCounts>> {
    return this.counts.get('by agent', () => this.countByAgent());
  }

  private async countByAgent(): Promise<Map<string, MeasuredCounts>> {
    const rows = await this.database.query<MeasuredCounts & { agentId: string }>(COUNTS);
    return new Map(rows.map(({ agentId, ...counts }) => [agentId, counts]));
  }
}
