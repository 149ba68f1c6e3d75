import type { AuditKind } from '@icmp-mon/audit/contract';
import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Lists the kinds of entities with the types of their events. */
export class ListKinds extends Query<{ items: AuditKind[] }> {}

@QueryHandler(ListKinds)
export class ListKindsHandler implements IQueryHandler<ListKinds> {
  constructor(private readonly categories: AuditedCategories) {}

  execute(): Promise<{ items: AuditKind[] }> {
    const items = this.categories.plugged.map(({ kind, types }) => ({ kind, events: Object.keys(types) }));
    return Promise.resolve({ items });
  }
}
