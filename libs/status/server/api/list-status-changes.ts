import type { Scope } from '@icmp-mon/identity/contract';
import { JudgedTargets, type Status, type StatusChangeView, type StatusReason } from '@icmp-mon/status/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const CURSOR = 'status-changes';
/** End of the year 9999: later than any change, and within PostgreSQL's range. */
const TIME_MS_MAX = Date.UTC(10_000, 0, 1) - 1;
const SHARD_MAX = 32_767;

interface ChangeRow {
  shard: number;
  change_seq: number;
  target_key: number;
  target_id: string;
  ip: string;
  from_status: Status;
  to_status: Status;
  reason: StatusReason;
  at: Date;
}

export interface StatusChangePage {
  items: StatusChangeView[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
  /** Time up to which every shard has judged; later changes are not included yet. */
  asOf: string | null;
}

/** Excludes changes of the reason alone, which do not change the status. `limit` is a further condition. */
const pageOf = (limit: string): string => `
  SELECT shard, change_seq, target_key, target_id, host(ip) AS ip, from_status, to_status, reason, at
  FROM status_change
  WHERE from_status <> to_status AND NOT removed AND (at, shard, change_seq) < ($1, $2, $3) ${limit}
  ORDER BY at DESC, shard DESC, change_seq DESC LIMIT $4`;

/** Lists status changes of all targets, newest first. */
export class ListStatusChanges extends Query<StatusChangePage> {
  constructor(
    readonly page: { limit: number; cursor?: string },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListStatusChanges)
export class ListStatusChangesHandler implements IQueryHandler<ListStatusChanges> {
  constructor(
    private readonly database: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `invalid` for a cursor that was not issued by this list */
  async execute({ page: { limit, cursor }, scope }: ListStatusChanges): Promise<StatusChangePage> {
    const { oldest: asOf } = await this.judged.now();
    // The scope is a condition on the inventory, which is in another database.
    const keys = scope === null ? null : await this.targets.keysInScope(scope);
    const rows = await this.database.query<ChangeRow>(
      pageOf(keys === null ? '' : 'AND target_key = ANY ($5::integer[])'),
      [...placeOf(cursor), limit + 1, ...(keys === null ? [] : [keys])],
    );
    const page = rows.slice(0, limit);
    const known = await this.targets.byKeys([...new Set(page.map((row) => row.target_key))], scope);
    const last = page.at(-1);
    return {
      items: page.map((row) => ({
        id: `${row.shard}:${row.change_seq}`,
        targetId: row.target_id,
        ip: row.ip,
        name: known.get(row.target_key)?.name ?? null,
        from: row.from_status,
        to: row.to_status,
        reason: row.reason,
        at: row.at.toISOString(),
      })),
      next:
        last === undefined || rows.length <= limit
          ? null
          : encodeNumberCursor(CURSOR, [last.at.getTime(), last.shard, last.change_seq]),
      asOf,
    };
  }
}

/** Returns the position before which the page continues: time, shard, change number. */
function placeOf(cursor: string | undefined): [Date, number, number] {
  if (cursor === undefined) return [new Date(TIME_MS_MAX), SHARD_MAX, 0];
  const [atMs, shard, changeSeq] = decodeNumberCursor(CURSOR, cursor, 3);
  return [new Date(Math.max(0, Math.min(atMs, TIME_MS_MAX))), Math.max(0, Math.min(shard, SHARD_MAX)), changeSeq];
}
