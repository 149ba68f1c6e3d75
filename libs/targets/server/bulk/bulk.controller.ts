import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Idempotent,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { BulkJobDetailResponse, BulkJobListResponse, BulkPreviewResponse } from './bulk-jobs.dto';
import { BulkChangeRequest, ExpandRequest } from './bulk-requests.dto';
import { CancelBulkJob } from './cancel-bulk-job';
import { ListBulkJobs } from './list-bulk-jobs';
import { ReadBulkJob } from './read-bulk-job';
import { ReadBulkPreview } from './read-bulk-preview';
import { ReadExpansionPreview } from './read-expansion-preview';
import { RequestBulkChange } from './request-bulk-change';
import { RequestExpansion } from './request-expansion';

const JOBS = 'bulk-jobs';
const ID = { name: 'id', description: 'Id of the job.', schema: { type: 'string', format: 'uuid' } } as const;
const JOBS_PATH = `/api/v1/${JOBS}`;
const isDryRun = (body: unknown): boolean => (body as { dryRun?: boolean }).dryRun === true;

@ApiTags('targets')
@Controller('/api/v1')
export class BulkController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('targets\\:bulk')
  @HttpCode(202)
  @RequirePermission('targets:write')
  @Idempotent('bulk-change-targets', { unless: isDryRun })
  @Located(JOBS_PATH)
  @ApiOperation({
    summary: 'Change or remove all targets that a filter selects',
    description:
      'Starts a job, which changes each selected target by its own event; GET /api/v1/bulk-jobs/{id} has its progress. With dryRun, only ' +
      'counts and lists. The job of a caller with a scope touches only targets of the scope (docs/how-to/bulk-changes.md).',
  })
  @ApiOkResponse({ type: BulkPreviewResponse, description: 'The dry run.' })
  @ApiAcceptedResponse({ type: BulkJobDetailResponse, description: 'The job.' })
  bulkChange(
    @Body() body: BulkChangeRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkPreviewResponse | BulkJobDetailResponse> {
    if (!isDryRun(body)) return this.commands.execute(new RequestBulkChange(body, metadata, scope));
    response.status(200);
    return this.queries.execute(new ReadBulkPreview(body, scope));
  }

  @Post('targets\\:expand')
  @HttpCode(202)
  @RequirePermission('targets:write')
  @Idempotent('expand-targets', { unless: isDryRun })
  @Located(JOBS_PATH)
  @ApiOperation({
    summary: 'Register each host address of a block as a target',
    description:
      'Starts a job like POST /api/v1/targets:bulk. Addresses that are already targets are skipped and counted.',
  })
  @ApiOkResponse({ type: BulkPreviewResponse, description: 'The dry run.' })
  @ApiAcceptedResponse({ type: BulkJobDetailResponse, description: 'The job.' })
  expand(
    @Body() body: ExpandRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkPreviewResponse | BulkJobDetailResponse> {
    if (!isDryRun(body)) return this.commands.execute(new RequestExpansion(body, metadata, scope));
    response.status(200);
    return this.queries.execute(new ReadExpansionPreview(body, scope));
  }

  @Get(JOBS)
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'List the newest bulk jobs',
    description: 'A caller with a scope sees the jobs that it requested within this scope.',
  })
  @ApiOkResponse({ type: BulkJobListResponse })
  list(@Metadata() { actor }: RequestMetadata, @CallerScope() scope: Scope): Promise<BulkJobListResponse> {
    return this.queries.execute(new ListBulkJobs({ actor, scope }));
  }

  @Get(`${JOBS}/:id`)
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Read the progress of a bulk job, and the targets that it skipped' })
  @ApiParam(ID)
  @ApiOkResponse({ type: BulkJobDetailResponse })
  read(
    @Param('id', ParseUUIDPipe) id: string,
    @Metadata() { actor }: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<BulkJobDetailResponse> {
    return this.queries.execute(new ReadBulkJob(id, { actor, scope }));
  }

  @Post(`${JOBS}/:id/cancel`)
  @HttpCode(200)
  @RequirePermission('targets:write')
  @Idempotent('cancel-bulk-job')
  @ApiOperation({
    summary: 'Cancel a bulk job',
    description: 'Targets that it has changed stay changed. 409 if the job has ended.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: BulkJobDetailResponse })
  cancel(
    @Param('id', ParseUUIDPipe) id: string,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<BulkJobDetailResponse> {
    return this.commands.execute(new CancelBulkJob(id, metadata, scope));
  }
}
