import { rangeOf, RequirePermission } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { History } from './history';
import { HistoryResponse, ReadHistoryRequest } from './history.dto';

@ApiTags('results')
@Controller('api/v1/targets/:id/history')
export class HistoryController {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Loss and latency of a target in windows of equal length, oldest first',
    description:
      'Over all agents and checks. Windows without results are left out. Percentiles are within 2 %. Hours, days and months ' +
      'are those of UTC; the last ones are not over yet and have what was measured so far.',
  })
  @ApiOkResponse({ type: HistoryResponse })
  async read(@Param('id') reference: string, @Query() query: ReadHistoryRequest): Promise<HistoryResponse> {
    const range = rangeOf(query, { nowMs: Date.now() });
    const { key } = await this.targets.find(reference, query.vrf);
    return this.history.read(key, range, query.resolution);
  }
}
