import { AgentSites } from '@icmp-mon/agents/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import type { StoredTraceSummary } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { instantOf } from '@icmp-mon/platform/http';
import { isUuid } from '@icmp-mon/probing/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from './trace-rows';

/** Times as given in a request. */
interface AskedTraces {
  limit: number;
  cursor?: string;
  agent?: string;
  from?: string;
  to?: string;
  vrf?: string;
}

export interface TracePage {
  items: StoredTraceSummary[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
}

/** Lists the stored traces of a target, newest first. */
export class ListTraces extends Query<TracePage> {
  constructor(
    readonly ref: string,
    readonly asked: AskedTraces,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListTraces)
export class ListTracesHandler implements IQueryHandler<ListTraces> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly agents: AgentSites,
  ) {}

  /** @throws DomainError `invalid` (times, cursor), `not_found`, `ambiguous` */
  async execute({ ref, asked: { limit, cursor, agent, from, to, vrf }, scope }: ListTraces): Promise<TracePage> {
    const nowMs = Date.now();
    const [fromAt, toAt] = [from, to].map((text, at) =>
      text === undefined ? null : new Date(instantOf(at === 0 ? 'from' : 'to', text, nowMs)),
    );
    const place = placeOf(cursor);
    const { id } = await this.targets.findRecorded(ref, vrf, scope);
    const rows = await this.telemetry.query<SummaryRow>(
      `SELECT ${SUMMARY_COLUMNS} FROM trace t
       WHERE t.target_id = $1 AND ($2::uuid IS NULL OR t.agent_id = $2)
         AND t.at >= coalesce($3::timestamptz, '-infinity') AND t.at < coalesce($4::timestamptz, 'infinity')
         AND ($5::timestamptz IS NULL OR (t.at, t.id) < ($5, $6::uuid))
       ORDER BY t.at DESC, t.id DESC LIMIT $7`,
      [id, agent ?? null, fromAt, toAt, place?.at ?? null, place?.id ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    const agents = await this.agents.ofAgents([...new Set(page.map(({ agentId }) => agentId))]);
    return {
      items: page.map((row) => summaryOf(row, agents)),
      next: rows.length > limit ? cursorOf(page[page.length - 1]) : null,
    };
  }
}

const cursorOf = ({ at, id }: SummaryRow): string => Buffer.from(`traces ${at.getTime()} ${id}`).toString('base64url');

/** Returns the place behind which the page continues. @throws DomainError `invalid` for a text that is not a cursor of this list */
function placeOf(cursor: string | undefined): { at: Date; id: string } | null {
  if (cursor === undefined) return null;
  const [list, time, id] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const at = new Date(/^\d{1,15}$/.test(time ?? '') ? Number(time) : Number.NaN);
  if (list === 'traces' && Number.isFinite(at.getTime()) && isUuid(id ?? '')) return { at, id };
  const detail = 'The cursor is not valid. Use the cursor of a page, or start without one.';
  throw new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);
}
