import { ActorNames } from '@icmp-mon/identity/contract';
import {
  MAINTENANCE_STREAM,
  OCCURRENCE_STREAM,
  type WindowChange,
  type WindowChangePage,
} from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { aggregateIdOf, categoryOf, type EventMetadata, streamOf } from '@icmp-mon/platform/event-store';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { MAINTENANCE_AUDIT, OCCURRENCE_AUDIT } from '../maintenance-audit';
import { unknownWindow } from './maintenance';

interface ChangeRow {
  position: number;
  stream: string;
  type: string;
  data: object;
  metadata: EventMetadata;
  occurred_at: Date;
}

/** Lists who changed what of a window and of its occurrences that began, newest first. */
export class ListChanges extends Query<WindowChangePage> {
  constructor(
    readonly id: string,
    readonly page: { limit: number; cursor?: string },
  ) {
    super();
  }
}

@QueryHandler(ListChanges)
export class ListChangesHandler implements IQueryHandler<ListChanges> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly actors: ActorNames,
  ) {}

  /** @throws DomainError `not_found`; `invalid` for a cursor of another list */
  async execute({ id, page: { limit, cursor } }: ListChanges): Promise<WindowChangePage> {
    const [before = null] = decodeTextCursor('changes', cursor, [CURSOR_VALUES.wholeNumber]) ?? [];
    const rows = await this.database.query<ChangeRow>(
      `SELECT position, stream, type, data, metadata, occurred_at FROM event
       WHERE stream = ANY (ARRAY (
         SELECT $2 || '@' || o.date::text FROM maintenance_occurrence o WHERE o.window_id = $1 AND o.state <> 'planned') || $3::text)
         AND ($4::bigint IS NULL OR position < $4)
       ORDER BY position DESC LIMIT $5`,
      [id, streamOf(OCCURRENCE_STREAM, id), streamOf(MAINTENANCE_STREAM, id), before, limit + 1],
    );
    if (rows.length === 0 && before === null) throw unknownWindow();
    const shown = rows.slice(0, limit);
    const names = await this.actors.namesOf([...new Set(shown.map(({ metadata }) => metadata.actor))]);
    const last = shown.at(-1);
    return {
      items: shown.flatMap((row) => changeOf(row, names)),
      next: rows.length > limit && last !== undefined ? encodeTextCursor('changes', [String(last.position)]) : null,
    };
  }
}

/** Returns the view of an event; none for one of a newer release. */
function changeOf(
  { stream, type, data, metadata, occurred_at }: ChangeRow,
  names: Map<string, string>,
): WindowChange[] {
  const ofOccurrence = categoryOf(stream) === OCCURRENCE_STREAM;
  const described = (ofOccurrence ? OCCURRENCE_AUDIT : MAINTENANCE_AUDIT).types[type];
  if (described === undefined) return [];
  const { actor } = metadata;
  return [
    {
      at: occurred_at.toISOString(),
      by: actor,
      byName: names.get(actor) ?? null,
      did: described.did(data as never),
      date: ofOccurrence ? aggregateIdOf(stream).slice(aggregateIdOf(stream).indexOf('@') + 1) : null,
    },
  ];
}
