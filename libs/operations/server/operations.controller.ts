import type { DeadLetterList, HealthView, ReplayResult } from '@icmp-mon/operations/contract';
import {
  AnswersWithoutDatabase,
  IdempotencyKey,
  Metadata,
  RequirePermission,
  type RequestMetadata,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListDeadLetters } from './dead-letters/list-dead-letters';
import { ReplayDeadLetters } from './dead-letters/replay-dead-letters';
import { HealthReader } from './health/health-reader';
import {
  DeadLetterListResponse,
  ListDeadLettersRequest,
  HealthResponse,
  ReplayDeadLettersRequest,
  ReplayDeadLettersResponse,
} from './operations.dto';

@ApiTags('operations')
@Controller('api/v1')
@RequirePermission('operations:read')
export class OperationsController {
  constructor(
    private readonly reader: HealthReader,
    private readonly letters: ListDeadLetters,
    private readonly replays: ReplayDeadLetters,
  ) {}

  @Get('health')
  @AnswersWithoutDatabase()
  @ApiOperation({ summary: "The product's own health, worst part first; answers also while parts cannot be read" })
  @ApiOkResponse({ type: HealthResponse })
  health(): Promise<HealthView> {
    return this.reader.read();
  }

  @Get('dead-letters')
  @ApiOperation({ summary: 'Messages that consumers set aside and nobody has sent back' })
  @ApiOkResponse({ type: DeadLetterListResponse })
  list(@Query() query: ListDeadLettersRequest): Promise<DeadLetterList> {
    return this.letters.list(query);
  }

  @Post('dead-letters/replay')
  @HttpCode(200)
  @RequirePermission('operations:replay')
  @ApiOperation({ summary: 'Send one dead letter, or all of a topic (1,000 at a time), back to its consumer' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiOkResponse({ type: ReplayDeadLettersResponse })
  replay(
    @Body() body: ReplayDeadLettersRequest,
    @Metadata() metadata: RequestMetadata,
    @IdempotencyKey() key: string | null,
  ): Promise<ReplayResult> {
    return this.replays.replay(body, metadata, key);
  }
}
