import { AS_NUMBERS_LIMITS, AS_NUMBERS_TYPE } from '@icmp-mon/paths/contract';
import { Metadata, type RequestMetadata, RequirePermission, streamedBody, Versioned } from '@icmp-mon/platform/http';
import { Controller, Delete, Get, HttpCode, Put, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AsNumbersFileResponse } from './as-numbers.dto';
import { ImportAsNumbers } from './import-as-numbers';
import { ReadAsNumbersFile } from './read-as-numbers-file';
import { RemoveAsNumbers } from './remove-as-numbers';

const FORMATS = { [AS_NUMBERS_TYPE]: 'lines' } as const;

@ApiTags('paths')
@Controller('api/v1/as-numbers')
export class AsNumbersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequirePermission('agents:read')
  @Versioned()
  @ApiOperation({ summary: 'Read how many AS numbers are in force, and how far a running import is' })
  @ApiOkResponse({ type: AsNumbersFileResponse })
  read(): Promise<AsNumbersFileResponse> {
    return this.queries.execute(new ReadAsNumbersFile());
  }

  @Put()
  @RequirePermission('agents:write')
  @Versioned()
  @ApiOperation({
    summary: 'Replace the AS numbers that paths show by those of a file',
    description:
      `The body is a file of at most ${AS_NUMBERS_LIMITS.lines} lines, in UTF-8: prefix, AS number and name, or the ranges of ip2asn ` +
      'of iptoasn.com. They are replaced all together; a file with a faulty line changes nothing. One import runs at a time.',
  })
  @ApiConsumes(AS_NUMBERS_TYPE)
  @ApiBody({ required: true, schema: { type: 'string', example: '192.0.2.0/24 64496 EXAMPLE-NET\n' } })
  @ApiOkResponse({ type: AsNumbersFileResponse })
  replace(@Req() request: Request, @Metadata() metadata: RequestMetadata): Promise<AsNumbersFileResponse> {
    const { pieces } = streamedBody(request, FORMATS, AS_NUMBERS_LIMITS.bytes);
    return this.commands.execute(new ImportAsNumbers(pieces, metadata));
  }

  @Delete()
  @HttpCode(204)
  @RequirePermission('agents:write')
  @ApiOperation({ summary: 'Remove the AS numbers' })
  @ApiNoContentResponse()
  remove(@Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new RemoveAsNumbers(metadata));
  }
}
