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
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { ChangeSource } from './change-source';
import { DefineSource } from './define-source';
import { ListSourceRuns } from './list-source-runs';
import { ListSources } from './list-sources';
import { ReadSource } from './read-source';
import { RemoveSource } from './remove-source';
import { RequestSourceRun } from './request-source-run';
import { ChangeSourceRequest, RunSourceRequest } from './source-changes.dto';
import { DefineSourceRequest } from './source-requests.dto';
import { SourceListResponse, SourceResponse, SourceRunListResponse, SourceRunResponse } from './sources.dto';

const SOURCES_PATH = '/api/v1/inventory-sources';
const ID = { name: 'id', description: 'Id of the source.', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('targets')
@Controller(SOURCES_PATH)
export class SourcesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequirePermission('sources:read')
  @ApiOperation({ summary: 'List the inventory sources with their newest runs' })
  @ApiOkResponse({ type: SourceListResponse })
  list(): Promise<SourceListResponse> {
    return this.queries.execute(new ListSources());
  }

  @Post()
  @RequirePermission('sources:manage')
  @Idempotent('define-inventory-source')
  @Located(SOURCES_PATH)
  @Versioned()
  @ApiOperation({
    summary: 'Define an inventory source',
    description: 'A list in NetBox, or of Prometheus, whose entries become targets (docs/how-to/inventory-sources.md).',
  })
  @ApiCreatedResponse({ type: SourceResponse })
  define(@Body() body: DefineSourceRequest, @Metadata() metadata: RequestMetadata): Promise<SourceResponse> {
    return this.commands.execute(new DefineSource(body, metadata));
  }

  @Get(':id')
  @RequirePermission('sources:read')
  @Versioned()
  @ApiOperation({ summary: 'Read an inventory source with its newest run' })
  @ApiParam(ID)
  @ApiOkResponse({ type: SourceResponse })
  read(@Param('id', ParseUUIDPipe) id: string): Promise<SourceResponse> {
    return this.queries.execute(new ReadSource(id));
  }

  @Put(':id')
  @RequirePermission('sources:manage')
  @Idempotent('replace-inventory-source')
  @Versioned()
  @ApiOperation({
    summary: 'Replace the definition of an inventory source',
    description:
      'The stored credential stays unless the body has one. It must be entered again for a location at another server.',
  })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: SourceResponse })
  replace(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DefineSourceRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<SourceResponse> {
    return this.commands.execute(new ChangeSource(id, { replace: body }, metadata, expectedVersion));
  }

  @Patch(':id')
  @RequirePermission('sources:manage')
  @Idempotent('change-inventory-source')
  @Versioned()
  @ApiOperation({ summary: 'Change members of the definition of an inventory source' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: SourceResponse })
  change(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeSourceRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<SourceResponse> {
    return this.commands.execute(new ChangeSource(id, { patch: body }, metadata, expectedVersion));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('sources:manage')
  @ApiOperation({
    summary: 'Remove an inventory source',
    description: 'Its targets stay, and no longer belong to a source.',
  })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiNoContentResponse()
  remove(
    @Param('id', ParseUUIDPipe) id: string,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<void> {
    return this.commands.execute(new RemoveSource(id, metadata, expectedVersion));
  }

  @Post(':id/run')
  @HttpCode(202)
  @RequirePermission('sources:manage')
  @Idempotent('run-inventory-source')
  @ApiOperation({
    summary: 'Run an inventory source now',
    description: 'GET /api/v1/inventory-sources/{id}/runs has the result.',
  })
  @ApiParam(ID)
  @ApiAcceptedResponse({ type: SourceRunResponse })
  run(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: RunSourceRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<SourceRunResponse> {
    return this.commands.execute(new RequestSourceRun(id, query, metadata));
  }

  @Get(':id/runs')
  @RequirePermission('sources:read')
  @ApiOperation({ summary: 'List the kept runs of an inventory source, the newest first' })
  @ApiParam(ID)
  @ApiOkResponse({ type: SourceRunListResponse })
  listRuns(@Param('id', ParseUUIDPipe) id: string): Promise<SourceRunListResponse> {
    return this.queries.execute(new ListSourceRuns(id));
  }
}
