import type { Scope } from '@icmp-mon/identity/contract';
import { PATH_LIMITS } from '@icmp-mon/paths/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, ParseUUIDPipe, Query, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';
import { AsksForText, textAnswer } from './text-answer';
import { PathChangePageResponse, PathResponse, StoredTraceResponse, TracePageResponse } from './path-views.dto';
import { ListPathChangesRequest, ListTracesRequest, ReadPathRequest } from './paths.dto';
import { ListPathChanges } from './read/list-path-changes';
import { ListTraces } from './read/list-traces';
import { ReadPath } from './read/read-path';
import { ReadStoredTrace, traceTable } from './read/read-stored-trace';

const TARGET = { name: 'id', description: 'Id of the target, or its address.', schema: { type: 'string' } } as const;
const TEXT = { type: 'string', description: 'The table that mtr prints.' } as const;

@ApiTags('paths')
@Controller('api/v1')
@RequirePermission('results:read')
export class PathsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('targets/:id/path')
  @ApiOperation({
    summary: 'Read the paths of all agents to a target, merged, and where they break',
    description:
      `Of each agent the newest trace at or before the given time, at most ${PATH_LIMITS.traceAgeDays} days older, of at most ` +
      `${PATH_LIMITS.agents} agents. Banned agents have no part in it.`,
  })
  @ApiParam(TARGET)
  @ApiOkResponse({ type: PathResponse })
  readPath(
    @Param('id') ref: string,
    @Query() query: ReadPathRequest,
    @CallerScope() scope: Scope,
  ): Promise<PathResponse> {
    return this.queries.execute(new ReadPath(ref, query, scope));
  }

  @Get('targets/:id/traces')
  @ApiOperation({
    summary: 'List the stored traces of a target, newest first',
    description: `Traces are kept for ${PATH_LIMITS.tracesKeptDays} days.`,
  })
  @ApiParam(TARGET)
  @ApiOkResponse({ type: TracePageResponse })
  listTraces(
    @Param('id') ref: string,
    @Query() query: ListTracesRequest,
    @CallerScope() scope: Scope,
  ): Promise<TracePageResponse> {
    return this.queries.execute(new ListTraces(ref, query, scope));
  }

  @Get('targets/:id/path-changes')
  @ApiOperation({
    summary: 'List lasting changes of the paths to a target, newest first',
    description: `Kept for ${PATH_LIMITS.changesKeptMonths} months.`,
  })
  @ApiParam(TARGET)
  @ApiOkResponse({ type: PathChangePageResponse })
  listChanges(
    @Param('id') ref: string,
    @Query() query: ListPathChangesRequest,
    @CallerScope() scope: Scope,
  ): Promise<PathChangePageResponse> {
    return this.queries.execute(new ListPathChanges(ref, query, scope));
  }

  @Get('traces/:id')
  @ApiOperation({
    summary: 'Read a stored trace with all its probes',
    description: 'With Accept: text/plain, the table that mtr prints.',
  })
  @ApiParam({ name: 'id', description: 'Id of the trace.', schema: { type: 'string', format: 'uuid' } })
  @ApiExtraModels(StoredTraceResponse)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(StoredTraceResponse) } },
      'text/plain': { schema: TEXT },
    },
  })
  async readTrace(
    @Param('id', ParseUUIDPipe) id: string,
    @AsksForText() asksForText: boolean,
    @CallerScope() scope: Scope,
  ): Promise<StoredTraceResponse | StreamableFile> {
    const trace = await this.queries.execute(new ReadStoredTrace(id, scope));
    return asksForText ? textAnswer(traceTable(trace)) : trace;
  }
}
