import type { TierPreviewRequest } from '@icmp-mon/assignment/contract';
import { RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ListPlacement } from './list-placement';
import { PlacementCountsResponse, TierPreviewResponse } from './placement.dto';
import { ReadTierPreview } from './preview/read-tier-preview';

const SUCCESSOR = { type: 'object', required: ['successor'], properties: { successor: { type: 'string' } } };

@ApiTags('tiers')
@Controller('/api/v1')
export class PlacementController {
  constructor(private readonly queries: QueryBus) {}

  @Get('placement')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Count the targets that are not placed as their tier asks, by tier and reason' })
  @ApiOkResponse({ type: PlacementCountsResponse })
  list(): Promise<PlacementCountsResponse> {
    return this.queries.execute(new ListPlacement());
  }

  @Post('tiers/:name/preview')
  @HttpCode(200)
  @RequirePermission('tiers:write')
  @ApiOperation({
    summary: 'Preview a policy, or the removal of a tier',
    description:
      'Returns which targets would move, which could not be placed as asked and why, and the load of each agent. The body is the policy as for ' +
      'PUT, also of a tier that does not exist yet; or the successor of a tier that would be removed. Changes nothing.',
  })
  @ApiParam({ name: 'name', description: 'Name of the tier.' })
  @ApiBody({ schema: { oneOf: [{ $ref: '#/components/schemas/TierPolicyRequest' }, SUCCESSOR] } })
  @ApiOkResponse({ type: TierPreviewResponse })
  preview(@Param('name') name: string, @Body() body: TierPreviewRequest): Promise<TierPreviewResponse> {
    return this.queries.execute(new ReadTierPreview(name, body));
  }
}
