import {
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ListWindowsRequest, OpenOccurrenceRequest, PageRequest, PreviewZoneRequest } from './maintenance-queries.dto';
import { ExtendRequest, ScheduleWindowRequest, SilenceRequest } from './maintenance.dto';
import {
  WindowChangeListResponse,
  WindowListResponse,
  WindowPreviewResponse,
  WindowResponse,
} from './maintenance-views.dto';
import { AmendWindow } from './windows/amend-window';
import { CancelWindow } from './windows/cancel-window';
import { EndOccurrence } from './windows/end-occurrence';
import { ExtendOccurrence } from './windows/extend-occurrence';
import { ListChanges } from './windows/list-changes';
import { ListWindows } from './windows/list-windows';
import { ReadPreview } from './windows/read-preview';
import { ReadWindow } from './windows/read-window';
import { ScheduleWindow } from './windows/schedule-window';
import { SilenceScope } from './windows/silence-scope';

export const MAINTENANCE_PATH = '/api/v1/maintenance';
export const WINDOW_ID = {
  name: 'id',
  description: 'Id of the window or silence.',
  schema: { type: 'string', format: 'uuid' },
} as const;

@ApiTags('maintenance')
@Controller(MAINTENANCE_PATH)
@RequirePermission('maintenance:read')
export class MaintenanceController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List windows and silences',
    description: 'Newest first unless `sort` is set, each with its open or next occurrence.',
  })
  @ApiOkResponse({ type: WindowListResponse })
  list(@Query() page: ListWindowsRequest): Promise<WindowListResponse> {
    return this.queries.execute(new ListWindows(page));
  }

  @Post()
  @RequirePermission('maintenance:write')
  @Idempotent('schedule-window')
  @Located(MAINTENANCE_PATH)
  @Versioned()
  @ApiOperation({ summary: 'Schedule a window', description: 'Once, or recurring by a rule for its dates.' })
  @ApiCreatedResponse({ type: WindowResponse })
  schedule(@Body() body: ScheduleWindowRequest, @Metadata() metadata: RequestMetadata): Promise<WindowResponse> {
    return this.commands.execute(new ScheduleWindow(body, metadata));
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Preview a window',
    description:
      'Its next five occurrences in its zone, that of the viewer and UTC, and the targets in its scope now. Changes nothing.',
  })
  @ApiOkResponse({ type: WindowPreviewResponse })
  preview(
    @Body() body: ScheduleWindowRequest,
    @Query() { viewerZone }: PreviewZoneRequest,
  ): Promise<WindowPreviewResponse> {
    return this.queries.execute(new ReadPreview(body, viewerZone));
  }

  @Post('silences')
  @RequirePermission('maintenance:operate')
  @Idempotent('silence-scope')
  @Located(MAINTENANCE_PATH)
  @Versioned()
  @ApiOperation({
    summary: 'Silence a scope from now on',
    description: 'It begins now. Its time counts in availability.',
  })
  @ApiCreatedResponse({ type: WindowResponse })
  silence(@Body() body: SilenceRequest, @Metadata() metadata: RequestMetadata): Promise<WindowResponse> {
    return this.commands.execute(new SilenceScope(body, metadata));
  }

  @Get(':id')
  @Versioned()
  @ApiOperation({ summary: 'Read a window or silence' })
  @ApiParam(WINDOW_ID)
  @ApiOkResponse({ type: WindowResponse })
  read(@Param('id', ParseUUIDPipe) id: string): Promise<WindowResponse> {
    return this.queries.execute(new ReadWindow(id));
  }

  @Get(':id/changes')
  @ApiOperation({
    summary: 'List who changed what of a window or silence',
    description: 'Newest first, with the changes of its occurrences that began.',
  })
  @ApiParam(WINDOW_ID)
  @ApiOkResponse({ type: WindowChangeListResponse })
  listChanges(@Param('id', ParseUUIDPipe) id: string, @Query() page: PageRequest): Promise<WindowChangeListResponse> {
    return this.queries.execute(new ListChanges(id, page));
  }

  @Put(':id')
  @RequirePermission('maintenance:write')
  @Idempotent('amend-window')
  @Versioned()
  @ApiOperation({
    summary: 'Amend a window',
    description:
      'The body is the whole definition. Planned occurrences follow it; open and closed ones stay as they are. With If-Match, it is amended ' +
      'only if it still has that version.',
  })
  @ApiParam(WINDOW_ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: WindowResponse })
  amend(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ScheduleWindowRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<WindowResponse> {
    return this.commands.execute(new AmendWindow(id, body, metadata, expectedVersion));
  }

  @Delete(':id')
  @HttpCode(200)
  @RequirePermission('maintenance:operate')
  @Versioned()
  @ApiOperation({
    summary: 'Cancel a window or silence',
    description: 'What is open closes now, what is planned is deleted.',
  })
  @ApiParam(WINDOW_ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: WindowResponse })
  cancel(
    @Param('id', ParseUUIDPipe) id: string,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<WindowResponse> {
    return this.commands.execute(new CancelWindow(id, metadata, expectedVersion));
  }

  @Post(':id/end')
  @HttpCode(200)
  @RequirePermission('maintenance:operate')
  @Idempotent('end-occurrence')
  @ApiOperation({ summary: 'End what is open of a window now' })
  @ApiParam(WINDOW_ID)
  @ApiOkResponse({ type: WindowResponse })
  end(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { date }: OpenOccurrenceRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<WindowResponse> {
    return this.commands.execute(new EndOccurrence(id, date, metadata));
  }

  @Post(':id/extend')
  @HttpCode(200)
  @RequirePermission('maintenance:operate')
  @Idempotent('extend-occurrence')
  @ApiOperation({ summary: 'Extend what is open of a window' })
  @ApiParam(WINDOW_ID)
  @ApiOkResponse({ type: WindowResponse })
  extend(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { minutes }: ExtendRequest,
    @Query() { date }: OpenOccurrenceRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<WindowResponse> {
    return this.commands.execute(new ExtendOccurrence(id, minutes, date, metadata));
  }
}
