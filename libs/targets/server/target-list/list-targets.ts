import type { Scope } from '@icmp-mon/identity/contract';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type Judged, JudgedTargets } from '@icmp-mon/status/contract';
import type { TargetListQuery, TargetPage } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetCounts } from './target-counts';
import { decodeCursor, encodeCursor, listFingerprint, type ListCursor } from './cursor';
import { type Filter, listFilter } from './list-filter';
import { type Order, type PageStart, pageStatement, placeStatement, rowsBeforeStatement } from './page-statement';
import { limitParents } from './scope-condition';
import { type TargetRow, targetView } from './target-row';

const PAGE_DEFAULT = 100;
export const PAGE_MAX = 500;

/** Lists one page of targets: the first, after a cursor, after a number of rows, or around a target. */
export class ListTargets extends Query<TargetPage> {
  constructor(
    readonly query: TargetListQuery,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListTargets)
export class ListTargetsHandler implements IQueryHandler<ListTargets> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly counts: TargetCounts,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** @throws DomainError `invalid` (cursor, status, terms, filter, more than one place to begin at), `not_found` (the target to be around) */
  async execute({ query, scope }: ListTargets): Promise<TargetPage> {
    const { sort = 'status', order: direction = 'asc', limit = PAGE_DEFAULT } = query;
    const { q, status, tier, vrf, filter: filterText } = query;
    requireOneStart(query);
    const fingerprint = listFingerprint({ sort, order: direction, q, status, tier, vrf, filter: filterText });
    const after = query.cursor === undefined ? null : decodeCursor(fingerprint, query.cursor, sort);
    const judged = await this.judged.now();
    const { agentTargets, placements: placed, maintenance } = this;
    const filter = listFilter(query, { judged, agentTargets, placements: placed, maintenance }, scope);
    const order: Order = { sort, descending: direction === 'desc' };
    const start = after === null ? { skip: await this.rowsToSkip(query, filter, order, judged, scope) } : { after };
    const statement = pageStatement(filter, order, start, limit, judged);
    const [rows, total] = await Promise.all([
      this.database.query<TargetRow & { sort_value: string }>(statement.text, statement.params),
      this.counts.total(filter, judged, !isFirst(start)),
    ]);
    const page = rows.slice(0, limit);
    const keys = page.map(({ key }) => key);
    const [placements, marks] = await Promise.all([placed.byKeys(keys), maintenance.byKeys(keys)]);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      items: await limitParents(
        this.database,
        page.map((row) => targetView(row, judged, placements.get(row.key), marks.get(row.key))),
        scope,
      ),
      next: more ? encodeCursor(fingerprint, { value: last.sort_value, key: last.key }) : null,
      total,
      position: 'after' in start ? null : start.skip,
      asOf: judged.oldest,
    };
  }

  private async rowsToSkip(
    { position = 0, around, limit = PAGE_DEFAULT }: TargetListQuery,
    filter: Filter,
    order: Order,
    judged: Judged,
    scope: Scope,
  ): Promise<number> {
    if (around === undefined) return position;
    const { text, params } = placeStatement(order.sort, around, judged, scope);
    const [place] = await this.database.query<ListCursor>(text, params);
    if (place === undefined) throw new DomainError('not_found', `There is no target ${around}.`);
    const before = rowsBeforeStatement(filter, order, place, judged);
    const [row] = await this.database.query<{ count: number }>(before.text, before.params);
    return Math.max(0, (row?.count ?? 0) - Math.floor(limit / 2));
  }
}

const isFirst = (start: PageStart): boolean => 'skip' in start && start.skip === 0;

function requireOneStart({ cursor, position, around }: TargetListQuery): void {
  const given = Object.entries({ cursor, position, around }).filter(([, value]) => value !== undefined);
  const [, second] = given;
  if (second === undefined) return;
  const detail = `a page begins at one place: give one of ${given.map(([name]) => name).join(', ')}`;
  throw new DomainError('invalid', `The query is not valid: ${detail}.`, [{ pointer: `?${second[0]}`, detail }]);
}
