import { AssignmentUpdates } from '@icmp-mon/assignment/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';

const WAIT_MS = 25_000;

@Controller('v1/assignments')
@UseGuards(AgentGuard)
export class AssignmentsController {
  constructor(private readonly updates: AssignmentUpdates) {}

  /** Answers when there is something newer than `since`, else 304 after 25 s. */
  @Get()
  async next(
    @Agent() agent: AgentIdentity,
    @Query('since') since: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const version = versionOf(since);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await this.updates.next(agent.agentId, version, { waitMs: WAIT_MS, signal: gone.signal });
    if (request.destroyed && gone.signal.aborted) return;
    if (answer === null) response.status(304).end();
    else response.json(answer);
  }
}

function versionOf(since: unknown): number {
  const version = since === undefined ? 0 : Number(since);
  if (typeof since === 'object' || !Number.isSafeInteger(version) || version < 0) {
    throw new DomainError('invalid', 'since is the version of the last answer, or 0.', [
      { pointer: '?since', detail: 'is a whole number of 0 or more' },
    ]);
  }
  return version;
}
