import { AGENT_HEALTH_GROUP, AGENT_TELEMETRY_TOPIC, type ReceivedTelemetry } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { readTelemetry } from './telemetry';

const FIGURES = `probes_per_s, results_per_s, cpu_cores, executor_cpu_cores, rss_bytes, spool_blocks, spool_oldest_s, clock_offset_ms,
  late_ms, unmeasured_per_s, dropped_results`;
const PEER_LENGTH_MAX = 64;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Stores the latest report of each agent, its metrics over time, and which processes report, in the telemetry database.
 * - Order: the latest report is the last one in the log, so a gateway whose clock was ahead cannot block later reports.
 * - Time: a report has its gateway's receive time, but at most the broker's timestamp. No clock is read here, so a rebuild from the topic
 *   produces the same rows.
 */
export class AgentHealthProjection {
  static readonly group = AGENT_HEALTH_GROUP;
  static readonly topics = [AGENT_TELEMETRY_TOPIC];

  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const reports = messages.map(readReport);
    if (reports.length === 0) return;
    await this.keepMetrics(sql, reports);
    await this.keepLatest(sql, reports);
    await this.keepProcesses(sql, reports);
  }

  private async keepMetrics(sql: Sql, reports: readonly ReceivedTelemetry[]): Promise<void> {
    const column = (read: (report: ReceivedTelemetry) => string | number | null): (string | number | null)[] =>
      reports.map(read);
    await sql.execute(
      `INSERT INTO agent_metric (agent_id, at, ${FIGURES})
       SELECT agent_id, at, ${FIGURES} FROM unnest($1::uuid[], $2::timestamptz[], $3::real[], $4::real[], $5::real[], $6::real[], $7::bigint[],
         $8::bigint[], $9::float8[], $10::float8[], $11::real[], $12::real[], $13::bigint[]) AS r(agent_id, at, ${FIGURES})`,
      [
        column(({ agentId }) => agentId),
        column(({ receivedAt }) => receivedAt),
        column(({ telemetry }) => Math.fround(telemetry.probesPerS)),
        column(({ telemetry }) => Math.fround(telemetry.resultsPerS)),
        column(({ telemetry }) => Math.fround(telemetry.cpuCores)),
        column(({ telemetry }) => Math.fround(telemetry.executorCpuCores)),
        column(({ telemetry }) => Math.round(telemetry.rssBytes)),
        column(({ telemetry }) => Math.round(telemetry.spoolBlocks)),
        column(({ telemetry }) => telemetry.spoolOldestS),
        column(({ telemetry }) => telemetry.clockOffsetMs),
        column(({ telemetry }) => realOf(telemetry.lateMs)),
        column(({ telemetry }) => realOf(telemetry.unmeasuredPerS)),
        column(({ telemetry }) => Math.round(telemetry.droppedResults)),
      ],
    );
  }

  private async keepLatest(sql: Sql, reports: readonly ReceivedTelemetry[]): Promise<void> {
    const latest = [...new Map(reports.map((report) => [report.agentId, report])).values()];
    await sql.execute(
      `INSERT INTO agent_health (agent_id, received_at, telemetry)
       SELECT agent_id, received_at, telemetry
       FROM unnest($1::uuid[], $2::timestamptz[], $3::jsonb[]) AS r(agent_id, received_at, telemetry)
       ON CONFLICT (agent_id) DO UPDATE SET received_at = EXCLUDED.received_at, telemetry = EXCLUDED.telemetry`,
      [
        latest.map(({ agentId }) => agentId),
        latest.map(({ receivedAt }) => receivedAt),
        latest.map(({ telemetry }) => JSON.stringify(telemetry)),
      ],
    );
  }

  private async keepProcesses(sql: Sql, reports: readonly ReceivedTelemetry[]): Promise<void> {
    const latest = new Map(
      reports.map((report) => [`${report.agentId}/${Date.parse(report.telemetry.startedAt)}`, report]),
    );
    const rows = [...latest.values()].map(({ agentId, receivedAt, peer, telemetry }) => ({
      ...{ agentId, receivedAt, peer: peer ?? null, host: telemetry.host ?? null },
      startedAt: new Date(telemetry.startedAt).toISOString(),
    }));
    await sql.execute(
      `INSERT INTO agent_process AS kept (agent_id, started_at, first_seen_at, last_seen_at, peer, host)
       SELECT "agentId", "startedAt", "receivedAt", "receivedAt", peer, host
       FROM jsonb_to_recordset($1::jsonb)
         AS r("agentId" uuid, "startedAt" timestamptz, "receivedAt" timestamptz, peer text, host text)
       ON CONFLICT (agent_id, started_at) DO UPDATE
       SET last_seen_at = EXCLUDED.last_seen_at, peer = EXCLUDED.peer, host = EXCLUDED.host`,
      [JSON.stringify(rows)],
    );
  }
}

function readReport(message: ReceivedMessage): ReceivedTelemetry {
  try {
    const report = JSON.parse(message.value?.toString('utf8') ?? '') as Partial<ReceivedTelemetry> | null;
    const { agentId, receivedAt, peer, telemetry } = report ?? {};
    if (typeof agentId !== 'string' || !UUID.test(agentId)) throw new PoisonError('agentId must be a UUID');
    if (typeof receivedAt !== 'string' || !Number.isFinite(Date.parse(receivedAt))) {
      throw new PoisonError('receivedAt must be a time in ISO 8601');
    }
    const datedMs = Math.min(Date.parse(receivedAt), message.timestampMs);
    const read = { agentId, receivedAt: new Date(datedMs).toISOString(), telemetry: readTelemetry(telemetry) };
    return typeof peer === 'string' ? { ...read, peer: peer.slice(0, PEER_LENGTH_MAX) } : read;
  } catch (cause) {
    if (cause instanceof PoisonError) throw cause;
    throw new PoisonError('not a telemetry report', { cause });
  }
}

/** Older agents lack some figures. */
function realOf(figure: number | undefined): number | null {
  return figure === undefined ? null : Math.fround(figure);
}
