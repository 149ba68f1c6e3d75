import { RequirePermission, Versioned } from '@icmp-mon/platform/http';
import { Controller, Get, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import { ListTiers } from './list-tiers';
import { ReadTier } from './read-tier';
import { TierListResponse, TierResponse } from './tiers.dto';

@ApiTags('tiers')
@Controller('api/v1/tiers')
@RequirePermission('tiers:read')
export class TiersController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'List the tiers' })
  @ApiOkResponse({ type: TierListResponse })
  list(): Promise<TierListResponse> {
    return this.queries.execute(new ListTiers());
  }

  @Get(':name')
  @Versioned()
  @ApiOperation({ summary: 'Read a tier' })
  @ApiOkResponse({ type: TierResponse })
  @ApiParam({ name: 'name', description: 'Name of the tier.' })
  read(@Param('name') name: string): Promise<TierResponse> {
    return this.queries.execute(new ReadTier(name));
  }
}
