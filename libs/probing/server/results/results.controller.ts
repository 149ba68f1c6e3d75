import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import { ListResults } from './list-results';
import { ListResultsRequest, ResultPageResponse, TARGET_PARAMETER } from './results.dto';

@ApiTags('results')
@Controller('api/v1/targets/:id/results')
export class ResultsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Single results of a target, newest first',
  })
  @ApiOkResponse({ type: ResultPageResponse })
  @ApiParam(TARGET_PARAMETER)
  list(
    @Param('id') ref: string,
    @Query() query: ListResultsRequest,
    @CallerScope() scope: Scope,
  ): Promise<ResultPageResponse> {
    return this.queries.execute(new ListResults(ref, query, scope));
  }
}
