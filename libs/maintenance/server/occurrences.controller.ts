import type { OccurrenceView } from '@icmp-mon/maintenance/contract';
import {
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { MAINTENANCE_PATH, WINDOW_ID } from './maintenance.controller';
import { ListOccurrencesRequest, PageRequest } from './maintenance-queries.dto';
import { AmendOccurrenceRequest, ChangeDateRequest } from './maintenance.dto';
import {
  OccurrenceListResponse,
  OccurrenceResponse,
  OccurrenceTargetListResponse,
  WindowResponse,
} from './maintenance-views.dto';
import { ListOccurrenceTargets } from './occurrences/list-occurrence-targets';
import { listOccurrences } from './occurrences/list-occurrences';
import { AmendOccurrence } from './windows/amend-occurrence';
import { ChangeDate } from './windows/change-date';
import { readDateChange, requireDate } from './windows/read-date-change';

const DATE = {
  name: 'date',
  description: 'Date of the occurrence by the rule, such as 2027-03-28.',
  schema: { type: 'string', format: 'date' },
} as const;

/** Its list is before the route of a window by id, which `occurrences` would be. */
@ApiTags('maintenance')
@Controller(MAINTENANCE_PATH)
@RequirePermission('maintenance:read')
export class OccurrencesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('occurrences')
  @ApiOperation({
    summary: 'List occurrences of all windows',
    description: 'By start, planned for 400 days.',
  })
  @ApiOkResponse({ type: OccurrenceListResponse })
  list(@Query() page: ListOccurrencesRequest): Promise<OccurrenceListResponse> {
    return this.queries.execute(listOccurrences(page));
  }

  @Get(':id/occurrences')
  @ApiOperation({ summary: 'List the occurrences of a window' })
  @ApiParam(WINDOW_ID)
  @ApiOkResponse({ type: OccurrenceListResponse })
  listOfWindow(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() page: ListOccurrencesRequest,
  ): Promise<OccurrenceListResponse> {
    return this.queries.execute(listOccurrences(page, id));
  }

  @Put(':id/occurrences/:date')
  @RequirePermission('maintenance:write')
  @Versioned()
  @ApiOperation({
    summary: 'Skip or move one occurrence',
    description: 'Before it begins; after that, end it early or extend it.',
  })
  @ApiParam(WINDOW_ID)
  @ApiParam(DATE)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: WindowResponse })
  change(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('date') date: string,
    @Body() body: ChangeDateRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<WindowResponse> {
    return this.commands.execute(
      new ChangeDate(id, requireDate(date), readDateChange(date, body), metadata, expectedVersion),
    );
  }

  @Delete(':id/occurrences/:date')
  @HttpCode(200)
  @RequirePermission('maintenance:write')
  @Versioned()
  @ApiOperation({ summary: 'Let one occurrence follow the rule again' })
  @ApiParam(WINDOW_ID)
  @ApiParam(DATE)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: WindowResponse })
  restore(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('date') date: string,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<WindowResponse> {
    return this.commands.execute(new ChangeDate(id, requireDate(date), () => null, metadata, expectedVersion));
  }

  @Post(':id/occurrences/:date/amend')
  @HttpCode(200)
  @RequirePermission('maintenance:write')
  @Idempotent('amend-occurrence')
  @ApiOperation({
    summary: 'Correct the record of a closed occurrence',
    description:
      'When the work really was, or whether it counts in availability, with the times of its targets. It notifies no one.',
  })
  @ApiParam(WINDOW_ID)
  @ApiParam(DATE)
  @ApiOkResponse({ type: OccurrenceResponse })
  amend(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('date') date: string,
    @Body() body: AmendOccurrenceRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<OccurrenceView> {
    return this.commands.execute(new AmendOccurrence(id, requireDate(date), body, metadata));
  }

  @Get(':id/occurrences/:date/targets')
  @ApiOperation({
    summary: 'List the targets of an occurrence',
    description: 'When each was in it: the record of an occurrence that was opened. Kept for 13 months.',
  })
  @ApiParam(WINDOW_ID)
  @ApiParam(DATE)
  @ApiOkResponse({ type: OccurrenceTargetListResponse })
  listTargets(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('date') date: string,
    @Query() page: PageRequest,
  ): Promise<OccurrenceTargetListResponse> {
    return this.queries.execute(new ListOccurrenceTargets(id, requireDate(date), page));
  }
}
