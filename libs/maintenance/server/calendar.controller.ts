import { Caller, Metadata, type Principal, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IssueCalendarToken } from './calendar/issue-calendar-token';
import { ReadCalendarToken } from './calendar/read-calendar-token';
import { RevokeCalendarToken } from './calendar/revoke-calendar-token';
import { CalendarTokenResponse, IssuedCalendarTokenResponse } from './calendar.dto';
import { MAINTENANCE_PATH } from './maintenance.controller';

@ApiTags('maintenance')
@Controller(MAINTENANCE_PATH)
@RequirePermission('maintenance:read')
export class CalendarController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('calendar-token')
  @ApiOperation({ summary: "Read whether the caller's calendar feed has a token" })
  @ApiOkResponse({ type: CalendarTokenResponse })
  readToken(@Caller() caller: Principal): Promise<CalendarTokenResponse> {
    return this.queries.execute(new ReadCalendarToken(caller));
  }

  @Post('calendar-token')
  @ApiOperation({
    summary: "Create the token of the caller's calendar feed",
    description: 'It replaces a former one. Only for users; the feed shows what the user may read.',
  })
  @ApiCreatedResponse({ type: IssuedCalendarTokenResponse })
  issueToken(@Caller() caller: Principal, @Metadata() metadata: RequestMetadata): Promise<IssuedCalendarTokenResponse> {
    return this.commands.execute(new IssueCalendarToken(caller, metadata));
  }

  @Delete('calendar-token')
  @HttpCode(204)
  @ApiOperation({ summary: "Revoke the token of the caller's calendar feed" })
  @ApiNoContentResponse()
  revokeToken(@Caller() caller: Principal, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new RevokeCalendarToken(caller, metadata));
  }
}
