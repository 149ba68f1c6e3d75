import { PLACEMENT_TEXTS, type PlacementCount, type PlacementCounts } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Counts the targets that are not placed as their tier asks, by tier and reason. */
export class ListPlacement extends Query<PlacementCounts> {}

@QueryHandler(ListPlacement)
export class ListPlacementHandler implements IQueryHandler<ListPlacement> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<PlacementCounts> {
    const rows = await this.database.query<Omit<PlacementCount, 'text'>>(
      `SELECT tier, shortfall AS reason, count(*) AS count FROM assignment_target
       WHERE shortfall IS NOT NULL GROUP BY tier, shortfall ORDER BY count(*) DESC, tier, shortfall`,
    );
    return { items: rows.map((row) => ({ ...row, text: PLACEMENT_TEXTS[row.reason] })) };
  }
}
