import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { isUncountedReason, type UncountedResults } from '@icmp-mon/probing/contract';
import { Injectable } from '@nestjs/common';
import { readUncounted } from './read-uncounted';

const EVERY_MS = 5_000;
/** Time span of the results that notices contain. */
export const NOTICE_MINUTES = 2;
const READ_EVERY_MS = 5_000;

/** Copies notices about uncounted results from the telemetry database to the control database, where gateways read them. */
export class UncountedNoticeWriter {
  private readonly logger = createLogger('uncounted-notices');
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | null = null;

  constructor(
    private readonly telemetry: Sql,
    private readonly control: Sql,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.writing ??= this.writeNotices()
        .catch((error: unknown) =>
          this.logger.warn(
            { err: error },
            'writing the notices about uncounted results failed; agents do not receive them until it succeeds; retrying',
          ),
        )
        .finally(() => (this.writing = null));
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
  }

  /** Writes all notices. Several projectors write the same content. */
  async writeNotices(): Promise<void> {
    const byAgent = await readUncounted(this.telemetry, NOTICE_MINUTES);
    const rows = [...byAgent].flatMap(([agentId, entries]) => entries.map((entry) => ({ agentId, ...entry })));
    if (rows.length === 0) return;
    // Sorted, so that two writers lock the rows in the same order and cannot deadlock.
    rows.sort((a, b) => (`${a.agentId}/${a.reason}` < `${b.agentId}/${b.reason}` ? -1 : 1));
    await this.control.execute(
      `INSERT INTO agent_uncounted_notice (agent_id, reason, results, last_at, written_at)
       SELECT "agentId", reason, results, "lastAt", clock_timestamp()
       FROM jsonb_to_recordset($1::jsonb) AS r("agentId" uuid, reason text, results bigint, "lastAt" timestamptz)
       ON CONFLICT (agent_id, reason) DO UPDATE
       SET results = excluded.results, last_at = excluded.last_at, written_at = excluded.written_at`,
      [JSON.stringify(rows)],
    );
    await this.control.execute(
      `DELETE FROM agent_uncounted_notice WHERE written_at < clock_timestamp() - interval '1 hour'`,
    );
  }
}

interface NoticeRow {
  agent_id: string;
  reason: string;
  results: number;
  last_at: Date;
}

/** Notices that a gateway returns to agents with their telemetry response; read for all agents together. */
@Injectable()
export class UncountedNotices {
  private readonly notices = new ShortCache<ReadonlyMap<string, UncountedResults[]>>({
    entriesMax: 1,
    keptMs: () => READ_EVERY_MS,
    keepsFailures: true,
  });

  constructor(private readonly control: ControlDatabase) {}

  /** @throws DependencyUnavailable while the database is unreachable */
  async noticesOf(agentId: string): Promise<UncountedResults[]> {
    const byAgent = await this.notices.get('by agent', () => this.readNotices());
    return byAgent.get(agentId) ?? [];
  }

  private async readNotices(): Promise<ReadonlyMap<string, UncountedResults[]>> {
    const byAgent = new Map<string, UncountedResults[]>();
    const rows = await this.control.query<NoticeRow>(
      `SELECT agent_id, reason, results::float8 AS results, last_at FROM agent_uncounted_notice
       WHERE written_at > clock_timestamp() - interval '15 seconds'`,
    );
    for (const { agent_id: agentId, reason, results, last_at: lastAt } of rows) {
      if (!isUncountedReason(reason)) continue;
      const entry = { reason, results, lastAt: lastAt.toISOString() };
      byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), entry]);
    }
    return byAgent;
  }
}
