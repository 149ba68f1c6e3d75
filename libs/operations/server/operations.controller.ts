import {
  AnswersWithoutDatabase,
  Idempotent,
  Metadata,
  RequirePermission,
  type RequestMetadata,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListDeadLetters } from './dead-letters/list-dead-letters';
import { ReplayDeadLetters } from './dead-letters/replay-dead-letters';
import { ReadHealth } from './health/read-health';
import {
  DeadLetterListResponse,
  HealthResponse,
  ListDeadLettersRequest,
  ReplayDeadLettersRequest,
  ReplayDeadLettersResponse,
} from './operations.dto';

@ApiTags('operations')
@Controller('api/v1')
@RequirePermission('operations:read')
export class OperationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('health')
  @AnswersWithoutDatabase()
  @ApiOperation({ summary: "The product's own health, worst part first; responds even while parts cannot be read" })
  @ApiOkResponse({ type: HealthResponse })
  health(): Promise<HealthResponse> {
    return this.queries.execute(new ReadHealth());
  }

  @Get('dead-letters')
  @ApiOperation({ summary: 'Messages that consumers could not process and that were not replayed yet' })
  @ApiOkResponse({ type: DeadLetterListResponse })
  @ApiNotFoundResponse()
  list(@Query() query: ListDeadLettersRequest): Promise<DeadLetterListResponse> {
    return this.queries.execute(new ListDeadLetters(query));
  }

  @Post('dead-letters/replay')
  @HttpCode(200)
  @RequirePermission('operations:replay')
  @Idempotent('replay-dead-letters')
  @ApiOperation({ summary: 'Replay one dead letter, or all of a topic (1,000 per request), to its consumer' })
  @ApiOkResponse({ type: ReplayDeadLettersResponse })
  @ApiNotFoundResponse()
  replay(
    @Body() body: ReplayDeadLettersRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<ReplayDeadLettersResponse> {
    return this.commands.execute(new ReplayDeadLetters(body, metadata));
  }
}
