import type { Readable } from 'node:stream';
import type { AuditQuery } from '@icmp-mon/audit/contract';
import { streamAfterFirst } from '@icmp-mon/platform/http';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditReader } from './audit-reader';
import { type EventFilter, eventFilter } from './event-filter';
import { findPositions } from './find-positions';

/** Events that are read by one statement, when the client has taken those before. */
const PAGE = 1_000;

/** Reads the events of a filter as NDJSON, newest first, one by one unless `folded` is set. */
export class ReadEventsExport extends Query<Readable> {
  constructor(readonly filter: AuditQuery) {
    super();
  }
}

@QueryHandler(ReadEventsExport)
export class ReadEventsExportHandler implements IQueryHandler<ReadEventsExport> {
  constructor(private readonly reader: AuditReader) {}

  /** Returns the stream after its first page was read. @throws DomainError `invalid` naming the parameter */
  async execute({ filter: query }: ReadEventsExport): Promise<Readable> {
    const { database, categories } = this.reader;
    const filter = await eventFilter(database, categories, { ...query, folded: query.folded ?? false }, Date.now());
    return streamAfterFirst(this.pagesOf(filter));
  }

  private async *pagesOf(filter: EventFilter): AsyncGenerator<string> {
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const asked = { after: 0, before, order: 'newest', limit: PAGE } as const;
      const positions = await findPositions(this.reader.database, filter, asked);
      const entries = await this.reader.readEntries(positions);
      if (entries.length > 0) yield `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`;
      if (positions.length < PAGE) return;
      before = positions[positions.length - 1];
    }
  }
}
