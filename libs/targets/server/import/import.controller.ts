import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  streamedBody,
} from '@icmp-mon/platform/http';
import { IMPORT_BYTES_MAX, IMPORT_LINES_MAX, IMPORT_TYPES, type ImportFormat } from '@icmp-mon/targets/contract';
import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { BulkJobDetailResponse } from '../bulk/bulk-jobs.dto';
import { ImportLinePageResponse, ImportTargetsRequest, ListImportLinesRequest } from './import.dto';
import { ListImportLines } from './list-import-lines';
import { RequestImport } from './request-import';

const FORMATS: Readonly<Record<string, ImportFormat>> = { [IMPORT_TYPES.csv]: 'csv', [IMPORT_TYPES.ndjson]: 'ndjson' };

@ApiTags('targets')
@Controller('/api/v1')
export class ImportController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('targets\\:import')
  @HttpCode(202)
  @RequirePermission('targets:write')
  @Located('/api/v1/bulk-jobs')
  @ApiOperation({
    summary: 'Register and change targets from a file',
    description:
      `The body is a CSV or NDJSON file of at most ${IMPORT_BYTES_MAX} bytes and ${IMPORT_LINES_MAX} targets. A file with a fault as a whole is ` +
      'refused; otherwise a job takes it line by line, and GET /api/v1/bulk-jobs/{id}/lines has the results. The same file again changes ' +
      'nothing (docs/how-to/import-and-export.md).',
  })
  @ApiConsumes(...Object.keys(FORMATS))
  @ApiBody({ required: true, schema: { type: 'string' } })
  @ApiAcceptedResponse({ type: BulkJobDetailResponse, description: 'The job.' })
  import(
    @Req() request: Request,
    @Query() query: ImportTargetsRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<BulkJobDetailResponse> {
    const file = streamedBody(request, FORMATS, IMPORT_BYTES_MAX);
    return this.commands.execute(new RequestImport(file, query, metadata, scope));
  }

  @Get('bulk-jobs/:id/lines')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'List the results of the lines of an import' })
  @ApiParam({ name: 'id', description: 'Id of the job.', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: ImportLinePageResponse })
  listLines(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: ListImportLinesRequest,
    @Metadata() { actor }: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<ImportLinePageResponse> {
    return this.queries.execute(new ListImportLines(id, { actor, scope }, query));
  }
}
