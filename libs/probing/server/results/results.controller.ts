import { instantOf, RequirePermission } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type ResultPage, ResultPages } from './result-pages';
import { ResultPageResponse, ListResultsRequest } from './results.dto';

@ApiTags('results')
@Controller('api/v1/targets/:id/results')
export class ResultsController {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly pages: ResultPages,
  ) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Single results of a target, newest first',
    description: '`{id}` is the id or the address.',
  })
  @ApiOkResponse({ type: ResultPageResponse })
  async list(@Param('id') reference: string, @Query() query: ListResultsRequest): Promise<ResultPage> {
    const nowMs = Date.now();
    const { limit, cursor, from, to } = query;
    const fromMs = from === undefined ? undefined : instantOf('from', from, nowMs);
    const toMs = to === undefined ? undefined : instantOf('to', to, nowMs);
    const { key } = await this.targets.find(reference, query.vrf);
    return this.pages.read(key, { limit, cursor, fromMs, toMs });
  }
}
