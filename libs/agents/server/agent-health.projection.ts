import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { AGENT_TELEMETRY_TOPIC, readTelemetry, type ReceivedTelemetry } from './telemetry';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keeps the latest report of each agent and its figures over time, in the telemetry database. */
export class AgentHealthProjection {
  static readonly group = 'agent-health';
  static readonly topics = [AGENT_TELEMETRY_TOPIC];

  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const reports = messages.map(readReport);
    if (reports.length === 0) return;
    await this.keepMetrics(sql, reports);
    await this.keepLatest(sql, reports);
  }

  private async keepMetrics(sql: Sql, reports: readonly ReceivedTelemetry[]): Promise<void> {
    const column = (read: (report: ReceivedTelemetry) => string | number): (string | number)[] => reports.map(read);
    await sql.execute(
      `INSERT INTO agent_metric (agent_id, at, probes_per_s, results_per_s, cpu_cores, executor_cpu_cores, rss_bytes,
         spool_blocks, spool_oldest_s, clock_offset_ms)
       SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::real[], $4::real[], $5::real[], $6::real[], $7::bigint[],
         $8::bigint[], $9::float8[], $10::float8[])`,
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
      ],
    );
  }

  private async keepLatest(sql: Sql, reports: readonly ReceivedTelemetry[]): Promise<void> {
    const latest = [...new Map(reports.map((report) => [report.agentId, report])).values()];
    await sql.execute(
      `INSERT INTO agent_health AS kept (agent_id, received_at, telemetry)
       SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::jsonb[])
       ON CONFLICT (agent_id) DO UPDATE SET received_at = EXCLUDED.received_at, telemetry = EXCLUDED.telemetry
       WHERE kept.received_at <= EXCLUDED.received_at`,
      [
        latest.map(({ agentId }) => agentId),
        latest.map(({ receivedAt }) => receivedAt),
        latest.map(({ telemetry }) => JSON.stringify(telemetry)),
      ],
    );
  }
}

function readReport(message: ReceivedMessage): ReceivedTelemetry {
  try {
    const report = JSON.parse(message.value?.toString('utf8') ?? '') as Partial<ReceivedTelemetry> | null;
    const { agentId, receivedAt, telemetry } = report ?? {};
    if (typeof agentId !== 'string' || !UUID.test(agentId)) throw new PoisonError('agentId is a UUID');
    if (typeof receivedAt !== 'string' || !Number.isFinite(Date.parse(receivedAt))) {
      throw new PoisonError('receivedAt is a time in ISO 8601');
    }
    return { agentId, receivedAt, telemetry: readTelemetry(telemetry) };
  } catch (cause) {
    if (cause instanceof PoisonError) throw cause;
    throw new PoisonError('not a telemetry report', { cause });
  }
}
