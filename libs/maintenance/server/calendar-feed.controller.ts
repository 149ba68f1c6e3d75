import { Public } from '@icmp-mon/platform/http';
import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { answerCalendar } from './calendar/answer-calendar';
import { ReadCalendar } from './calendar/read-calendar';
import { CalendarRequest } from './calendar.dto';
import { MAINTENANCE_PATH } from './maintenance.controller';

/** The feed has its own credentials: calendars send no headers. */
@ApiTags('maintenance')
@Controller(MAINTENANCE_PATH)
@Public()
export class CalendarFeedController {
  constructor(private readonly queries: QueryBus) {}

  @Get('calendar.ics')
  @Header('Content-Type', 'text/calendar; charset=utf-8')
  @Header('Cache-Control', 'private, no-cache')
  @ApiProduces('text/calendar')
  @ApiOperation({
    summary: 'Read the calendar feed',
    description:
      'Windows from 31 days ago to 400 days from now, as iCalendar with times in UTC. With If-None-Match, 304 while nothing has changed. At most ' +
      '20 requests per minute.',
  })
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiUnauthorizedResponse()
  @ApiForbiddenResponse()
  async read(
    @Query() { token }: CalendarRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerCalendar(await this.queries.execute(new ReadCalendar(token)), request, response);
  }
}
