import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadTargetFigures } from './read-target-figures';
import { ReadTargetFiguresRequest, TargetFiguresPageResponse } from './target-figures.dto';

@ApiTags('results')
@Controller('api/v1/target-figures')
export class TargetFiguresController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Current round trip, usual round trip and loss of some targets',
    description: 'Over all agents and checks. An unknown key has no figures.',
  })
  @ApiOkResponse({ type: TargetFiguresPageResponse })
  read(@Query() { keys }: ReadTargetFiguresRequest, @CallerScope() scope: Scope): Promise<TargetFiguresPageResponse> {
    return this.queries.execute(new ReadTargetFigures(keys, scope));
  }
}
