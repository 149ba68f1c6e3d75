import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission, streamedAnswer } from '@icmp-mon/platform/http';
import { IMPORT_TYPES, type ImportFormat } from '@icmp-mon/targets/contract';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { TARGETS_PATH } from '../target-path';
import { ExportFilterRequest, ExportTargetsRequest, TargetGroupResponse } from './export.dto';
import { ReadExport } from './read-export';

const FILE_TYPES: Readonly<Record<ImportFormat, string>> = {
  csv: `${IMPORT_TYPES.csv}; charset=utf-8`,
  ndjson: IMPORT_TYPES.ndjson,
};

@ApiTags('targets')
@Controller()
export class ExportController {
  constructor(private readonly queries: QueryBus) {}

  @Get(`${TARGETS_PATH}\\:export`)
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'Export targets as a file',
    description:
      'CSV or NDJSON with what POST /api/v1/targets:import reads; importing it again changes nothing (docs/how-to/import-and-export.md).',
  })
  @ApiProduces(...Object.values(IMPORT_TYPES))
  @ApiOkResponse({ schema: { type: 'string' } })
  async export(
    @Query() { filter, format = 'csv', versions }: ExportTargetsRequest,
    @CallerScope() scope: Scope,
  ): Promise<StreamableFile> {
    return streamedAnswer(
      await this.queries.execute(new ReadExport(filter, scope, format, versions)),
      FILE_TYPES[format],
      `targets.${format}`,
    );
  }

  @Get(`${TARGETS_PATH}\\:http-sd`)
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'List targets for the service discovery of Prometheus',
    description: 'The format of http_sd_configs: each target by its address, with labels __meta_icmpmon_….',
  })
  @ApiOkResponse({ type: [TargetGroupResponse] })
  async listForPrometheus(
    @Query() { filter }: ExportFilterRequest,
    @CallerScope() scope: Scope,
  ): Promise<StreamableFile> {
    return streamedAnswer(await this.queries.execute(new ReadExport(filter, scope, 'http-sd')), 'application/json');
  }
}
