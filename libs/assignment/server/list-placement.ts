import { PLACEMENT_TEXTS, type PlacementCounts, type PlacementReason } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { filterText } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { placementCounts } from './placement-counts';

/** Counts the targets that are not placed as their tier asks, by tier and reason. */
export class ListPlacement extends Query<PlacementCounts> {}

@QueryHandler(ListPlacement)
export class ListPlacementHandler implements IQueryHandler<ListPlacement> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<PlacementCounts> {
    const rows = await placementCounts(this.database);
    return {
      items: rows.map(({ tier, reason, count }) => {
        return { tier, reason, text: PLACEMENT_TEXTS[reason], count, filter: filterOf(tier, reason) };
      }),
    };
  }
}

function filterOf(tier: string, reason: PlacementReason): string {
  return filterText({
    kind: 'and',
    parts: [
      { kind: 'oneOf', subject: 'tier', values: [tier] },
      { kind: 'oneOf', subject: 'placement', values: [reason] },
    ],
  });
}
