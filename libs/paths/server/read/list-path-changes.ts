import { AgentSites } from '@icmp-mon/agents/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import type { PathChange } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { instantOf } from '@icmp-mon/platform/http';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const CURSOR = 'path-changes';
/** End of the year 9999: later than any change, and within PostgreSQL's range. */
const TIME_MS_MAX = Date.UTC(10_000, 0, 1) - 1;

interface AskedChanges {
  limit: number;
  cursor?: string;
  from?: string;
  to?: string;
  vrf?: string;
}

interface ChangeRow extends Omit<PathChange, 'at' | 'agentName' | 'id'> {
  seq: number;
  at: Date;
}

export interface PathChangePage {
  items: PathChange[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
}

/** Lists lasting changes of the paths to a target, newest first. */
export class ListPathChanges extends Query<PathChangePage> {
  constructor(
    readonly ref: string,
    readonly asked: AskedChanges,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListPathChanges)
export class ListPathChangesHandler implements IQueryHandler<ListPathChanges> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly agents: AgentSites,
  ) {}

  /** @throws DomainError `invalid` (times, cursor), `not_found`, `ambiguous` */
  async execute({ ref, asked: { limit, cursor, from, to, vrf }, scope }: ListPathChanges): Promise<PathChangePage> {
    const nowMs = Date.now();
    const fromMs = from === undefined ? 0 : instantOf('from', from, nowMs);
    const toMs = to === undefined ? TIME_MS_MAX : instantOf('to', to, nowMs);
    const [placeMs, seq] = cursor === undefined ? [TIME_MS_MAX, 0] : decodeNumberCursor(CURSOR, cursor, 2);
    const { id } = await this.targets.findRecorded(ref, vrf, scope);
    const rows = await this.telemetry.query<ChangeRow>(
      `SELECT change_seq AS seq, target_id::text AS "targetId", agent_id::text AS "agentId", at, trace_id::text AS "traceId", "left",
         joined
       FROM path_change
       WHERE target_id = $1 AND at >= $2 AND at < $3 AND (at, change_seq) < ($4, $5)
       ORDER BY at DESC, change_seq DESC LIMIT $6`,
      [id, new Date(fromMs), new Date(Math.min(toMs, TIME_MS_MAX)), dateOf(placeMs), seq, limit + 1],
    );
    const page = rows.slice(0, limit);
    const agents = await this.agents.ofAgents([...new Set(page.map(({ agentId }) => agentId))]);
    const last = page.at(-1);
    return {
      items: page.map(({ seq: number, at, ...change }) => ({
        ...change,
        ...{ id: String(number), at: at.toISOString(), agentName: agents.get(change.agentId)?.name ?? null },
      })),
      next: rows.length > limit && last ? encodeNumberCursor(CURSOR, [last.at.getTime(), last.seq]) : null,
    };
  }
}

const dateOf = (ms: number): Date => new Date(Math.max(0, Math.min(ms, TIME_MS_MAX)));
