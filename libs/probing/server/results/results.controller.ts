import { RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListResults } from './list-results';
import { ListResultsRequest, ResultPageResponse } from './results.dto';

@ApiTags('results')
@Controller('api/v1/targets/:id/results')
export class ResultsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Single results of a target, newest first',
    description: '`{id}` is the id or the address.',
  })
  @ApiOkResponse({ type: ResultPageResponse })
  list(@Param('id') ref: string, @Query() query: ListResultsRequest): Promise<ResultPageResponse> {
    return this.queries.execute(new ListResults(ref, query));
  }
}
