import {
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnchorsResponse, SetAnchorsRequest } from './anchors.dto';
import { ReadAnchors } from './read-anchors';
import { SetAnchors } from './set-anchors';

@ApiTags('agents')
@Controller('api/v1/anchors')
export class AnchorsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequirePermission('agents:read')
  @Versioned()
  @ApiOperation({ summary: 'Read the anchors: addresses by which agents show that their own uplinks work' })
  @ApiOkResponse({ type: AnchorsResponse })
  read(): Promise<AnchorsResponse> {
    return this.queries.execute(new ReadAnchors());
  }

  @Put()
  @RequirePermission('agents:write')
  @Idempotent('set-anchors')
  @Versioned()
  @ApiOperation({
    summary: 'Replace the anchors',
    description:
      'Every agent receives them with the answer to its next report, within 10 seconds, and pings them in addition to its targets. With ' +
      'If-Match, they are replaced only if they still have that version. A list that changes nothing creates no event.',
  })
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: AnchorsResponse })
  replace(
    @Body() { ips }: SetAnchorsRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion?: number,
  ): Promise<AnchorsResponse> {
    return this.commands.execute(new SetAnchors(ips, metadata, expectedVersion));
  }
}
