import type { AgentMetricPoint, AgentMetrics } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { instantOf } from '@icmp-mon/platform/http';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const POINTS_MAX = 720;
/** Interval of agents' reports: shorter buckets would be empty. */
const POINT_MS_MIN = 5_000;
const SPAN_MS_DEFAULT = 3_600_000;
const SPAN_MS_MAX = 31 * 86_400_000;

/** Time range as given in the query string. */
interface AskedRange {
  from?: string;
  to?: string;
}

type PointRow = Omit<AgentMetricPoint, 'at'> & { at: Date };

/** Reads an agent's metrics over time: at most 720 points, each the mean or the worst of its bucket; the last hour unless set. */
export class ReadAgentMetrics extends Query<AgentMetrics> {
  constructor(
    readonly agentId: string,
    readonly range: AskedRange,
  ) {
    super();
  }
}

@QueryHandler(ReadAgentMetrics)
export class ReadAgentMetricsHandler implements IQueryHandler<ReadAgentMetrics> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
  ) {}

  /** @throws DomainError `not_found`, `invalid` (a range that is empty or longer than 31 days) */
  async execute({ agentId, range }: ReadAgentMetrics): Promise<AgentMetrics> {
    const { from, to } = spanOf(range);
    const known = await this.control.query('SELECT 1 FROM agent WHERE id = $1', [agentId]);
    if (known.length === 0) {
      throw new DomainError('not_found', `Agent ${agentId} not found. GET /api/v1/agents lists all agents.`);
    }
    // One bucket less than the limit, because the first and the last one may both be partial.
    const pointMs = Math.max(POINT_MS_MIN, Math.ceil((to.getTime() - from.getTime()) / (POINTS_MAX - 1)));
    const rows = await this.telemetry.query<PointRow>(
      `SELECT time_bucket(make_interval(secs => $4::float8 / 1000), at) AS at,
         avg(probes_per_s) AS "probesPerS", avg(results_per_s) AS "resultsPerS",
         avg(cpu_cores) AS "cpuCores", avg(executor_cpu_cores) AS "executorCpuCores",
         avg(rss_bytes)::float8 AS "rssBytes", max(spool_blocks) AS "spoolBlocks",
         max(spool_oldest_s) AS "spoolOldestS", avg(clock_offset_ms) AS "clockOffsetMs",
         max(late_ms) AS "lateMs", avg(unmeasured_per_s) AS "unmeasuredPerS", max(dropped_results)::float8 AS "droppedResults"
       FROM agent_metric WHERE agent_id = $1 AND at >= $2 AND at < $3
       GROUP BY 1 ORDER BY 1 LIMIT ${POINTS_MAX}`,
      [agentId, from, to, pointMs],
    );
    return { agentId, points: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
  }
}

function spanOf(asked: AskedRange): { from: Date; to: Date } {
  const nowMs = Date.now();
  const toMs = instantOf('to', asked.to ?? 'now', nowMs);
  const fromMs = asked.from === undefined ? toMs - SPAN_MS_DEFAULT : instantOf('from', asked.from, nowMs);
  const spanMs = toMs - fromMs;
  if (spanMs > 0 && spanMs <= SPAN_MS_MAX) return { from: new Date(fromMs), to: new Date(toMs) };
  const detail = 'must be before "to", and at most 31 days before it';
  throw new DomainError('invalid', `"from" ${detail}.`, [{ pointer: '?from', detail }]);
}
