import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** A target about which an agent may report. */
interface ReportableTarget {
  id: string;
  /** Canonical. */
  ip: string;
}

/** Reads which of these targets, by key, the agent is selected for, or was in the last days: those whose removal is not yet forgotten. */
export class ReadReportableTargets extends Query<ReadonlyMap<number, ReportableTarget>> {
  constructor(
    readonly agentId: string,
    readonly keys: readonly number[],
  ) {
    super();
  }
}

@QueryHandler(ReadReportableTargets)
export class ReadReportableTargetsHandler implements IQueryHandler<ReadReportableTargets> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ agentId, keys }: ReadReportableTargets): Promise<ReadonlyMap<number, ReportableTarget>> {
    if (keys.length === 0) return new Map();
    const rows = await this.database.query<{ key: number; id: string; ip: string }>(
      `SELECT t.key::int AS key, t.target_id AS id, t.ip FROM assignment_target t
       WHERE t.key = ANY ($2::bigint[])
         AND (EXISTS (SELECT 1 FROM assignment a WHERE a.agent_id = $1 AND a.target_key = t.key)
           OR EXISTS (SELECT 1 FROM assignment_removed r WHERE r.agent_id = $1 AND r.target_key = t.key))`,
      [agentId, keys],
    );
    return new Map(rows.map(({ key, id, ip }) => [key, { id, ip }]));
  }
}
