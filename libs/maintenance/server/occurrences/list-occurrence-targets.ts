import type { OccurrenceTargetPage } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

interface MemberRow {
  target_key: number;
  from_at: Date;
  to_at: Date | null;
}

/** Lists the targets of an occurrence and when they were in it, by key: its record. */
export class ListOccurrenceTargets extends Query<OccurrenceTargetPage> {
  constructor(
    readonly windowId: string,
    readonly date: string,
    readonly page: { limit: number; cursor?: string },
  ) {
    super();
  }
}

@QueryHandler(ListOccurrenceTargets)
export class ListOccurrenceTargetsHandler implements IQueryHandler<ListOccurrenceTargets> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly targets: TargetDirectory,
  ) {}

  /** @throws DomainError `not_found`; `invalid` for a cursor of another list */
  async execute({ windowId, date, page: { limit, cursor } }: ListOccurrenceTargets): Promise<OccurrenceTargetPage> {
    const [key = null, from = null] =
      decodeTextCursor('targets', cursor, [CURSOR_VALUES.wholeNumber, CURSOR_VALUES.time]) ?? [];
    const known = await this.database.query(
      'SELECT FROM maintenance_occurrence WHERE window_id = $1 AND date = $2::date',
      [windowId, date],
    );
    if (known.length === 0) throw new DomainError('not_found', `The window has no occurrence of ${date}.`);
    const rows = await this.database.query<MemberRow>(
      `SELECT target_key, from_at, to_at FROM maintenance_member
       WHERE window_id = $1 AND date = $2::date AND ($3::integer IS NULL OR (target_key, from_at) > ($3, $4::timestamptz))
       ORDER BY target_key, from_at LIMIT $5`,
      [windowId, date, key, from, limit + 1],
    );
    const page = rows.slice(0, limit);
    const targets = await this.targets.byKeys([...new Set(page.map(({ target_key }) => target_key))], null);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      items: page.map(({ target_key, from_at, to_at }) => {
        const found = targets.get(target_key);
        const target = found && { id: found.id, ip: found.ip, vrf: found.vrf, name: found.name };
        const times = { from: from_at.toISOString(), to: to_at?.toISOString() ?? null };
        return { key: target_key, target: target ?? null, ...times };
      }),
      next: more ? encodeTextCursor('targets', [String(last.target_key), last.from_at.toISOString()]) : null,
    };
  }
}
