import { WINDOW_MS } from '@icmp-mon/probing/contract';
import { RequirePermission } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { History } from './history';
import { HistoryDocument, HistoryQuery } from './history-documents';
import { rangeOf } from './time-range';

const SPAN_MS_MAX = 31 * 86_400_000;
const TOO_LONG = 'from must be at most 31 days before to: longer ranges need hourly figures, which are not kept yet.';

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
    summary: 'Loss and latency of a target in windows of five minutes, oldest first',
    description: 'Over all agents and checks. Windows without results are left out. At most 31 days.',
  })
  @ApiOkResponse({ type: HistoryDocument })
  async read(@Param('id') reference: string, @Query() query: HistoryQuery): Promise<HistoryDocument> {
    const range = rangeOf(query, { nowMs: Date.now(), spanMsMax: SPAN_MS_MAX, tooLong: TOO_LONG });
    const { key } = await this.targets.find(reference, query.vrf);
    return { items: await this.history.read(key, range), windowMs: WINDOW_MS };
  }
}
