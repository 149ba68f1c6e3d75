import { RequirePermission, streamedAnswer } from '@icmp-mon/platform/http';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { AuditKindsResponse, AuditPageResponse, FilterEventsRequest, ListEventsRequest } from './audit.dto';
import { ListEvents } from './list-events';
import { ListKinds } from './list-kinds';
import { ReadEventsExport } from './read-events-export';

const NDJSON = 'application/x-ndjson';

@ApiTags('audit')
@Controller('api/v1')
@RequirePermission('audit:read')
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  @ApiOperation({
    summary: 'List who changed what, newest first',
    description: 'The audit: each event of the event store with the fields that it changed (docs/how-to/audit.md).',
  })
  @ApiOkResponse({ type: AuditPageResponse })
  list(@Query() { cursor, after, limit, ...filter }: ListEventsRequest): Promise<AuditPageResponse> {
    return this.queries.execute(new ListEvents(filter, { cursor, after, limit }));
  }

  @Get('events/kinds')
  @ApiOperation({ summary: 'List the kinds of entities of the audit, with the types of their events' })
  @ApiOkResponse({ type: AuditKindsResponse })
  listKinds(): Promise<AuditKindsResponse> {
    return this.queries.execute(new ListKinds());
  }

  @Get('events\\:export')
  @ApiOperation({
    summary: 'Export the audit as NDJSON',
    description:
      'One event per line, newest first, each as in the list; also those of bulk jobs, unless folded is true.',
  })
  @ApiProduces(NDJSON)
  @ApiOkResponse({ schema: { type: 'string' } })
  async export(@Query() filter: FilterEventsRequest): Promise<StreamableFile> {
    return streamedAnswer(await this.queries.execute(new ReadEventsExport(filter)), NDJSON, 'events.ndjson');
  }
}
