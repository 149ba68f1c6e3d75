import { ForeignQuery, RequirePermission } from '@icmp-mon/platform/http';
import { All, Controller, Next, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { QUEUE_BOARD_PATH, QueueBoard } from './queue-board';

/** Pages and actions for administrators; not part of the OpenAPI document. */
@ApiExcludeController()
@Controller(QUEUE_BOARD_PATH)
@RequirePermission('queues:manage')
@ForeignQuery()
export class QueueBoardController {
  constructor(private readonly board: QueueBoard) {}

  @All('{/*path}')
  show(@Req() request: Request, @Res() response: Response, @Next() next: NextFunction): Promise<void> {
    // The routes of the board are relative to its root. The URL may be absolute.
    const queryAt = request.url.indexOf('?');
    const query = queryAt === -1 ? '' : request.url.slice(queryAt);
    request.url = (request.path.slice(QUEUE_BOARD_PATH.length) || '/') + query;
    return this.board.handle(request, response, next);
  }
}
