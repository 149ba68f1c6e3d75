import { entityTag, RequirePermission } from '@icmp-mon/platform/http';
import type { TierView } from '@icmp-mon/tiers/contract';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Tiers } from './list-tiers';
import { TierResponse, TierListResponse } from './tiers.dto';

@ApiTags('tiers')
@Controller('api/v1/tiers')
@RequirePermission('tiers:read')
export class TiersController {
  constructor(private readonly tiers: Tiers) {}

  @Get()
  @ApiOperation({ summary: 'List the tiers' })
  @ApiOkResponse({ type: TierListResponse })
  async list(): Promise<{ items: TierView[] }> {
    return { items: await this.tiers.list() };
  }

  @Get(':name')
  @ApiOperation({ summary: 'Read a tier' })
  @ApiOkResponse({ type: TierResponse })
  async read(@Param('name') name: string, @Res({ passthrough: true }) response: Response): Promise<TierView> {
    const tier = await this.tiers.get(name);
    response.setHeader('ETag', entityTag(tier.version));
    return tier;
  }
}
