import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NextAssignments } from '@icmp-mon/assignment/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { Controller, Get, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Response } from 'express';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused } from '../results/results-metrics';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { OpenPolls } from './open-polls';
import { retryAfter } from './retry-after';

const WAIT_MS = 25_000;
/** Rate of polls: an agent polls again 250 ms after a response, which takes up to 25 s without changes; many changes come in several responses. */
const ASKS_PER_S_MAX = 1;
const ASKS_BURST_S = 20;
/** Open polls per agent: one is in use, and others may belong to broken connections. Each polls the database from time to time. */
const OPEN_ASKS_MAX = 4;

@Controller('v1/assignments')
@UseGuards(AgentGuard)
export class AssignmentsController {
  private readonly rate = new RateLimit(ASKS_PER_S_MAX, ASKS_BURST_S);
  private readonly open = new OpenPolls(OPEN_ASKS_MAX);
  private readonly logger = createLogger('assignments');

  constructor(private readonly queries: QueryBus) {}

  /** Answers when there is a version newer than `since`, otherwise with 304 after 25 s, or when the agent opens too many polls. */
  @Get()
  async next(@Agent() agent: AgentIdentity, @Query('since') since: unknown, @Res() response: Response): Promise<void> {
    const { agentId } = agent;
    const version = versionOf(since);
    const waitS = this.rate.takeAmount(agentId, 1);
    if (waitS !== null) {
      requestsRefused.inc({ request: 'assignments' });
      throw retryAfter('too_many_requests', 'The agent polls its assignments too often.', waitS);
    }
    const gone = this.open.beginPoll(agentId);
    let isClosed = false;
    response.once('close', () => {
      isClosed = true;
      gone.abort();
    });
    const options = { waitMs: WAIT_MS, signal: gone.signal };
    try {
      const answer = await this.queries.execute(new NextAssignments(agentId, version, options));
      if (isClosed) return;
      if (answer === null) response.status(304).end();
      else await this.sendPieces(response.type('json'), answer.jsonPieces(), gone.signal);
    } finally {
      this.open.endPoll(agentId, gone);
    }
  }

  /** Sends an answer piece by piece, each when the agent has read the ones before. If reading fails, the connection is closed. */
  private async sendPieces(response: Response, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
    try {
      await pipeline(Readable.from(pieces, { highWaterMark: 1 }), response, { signal });
    } catch (error) {
      if (!signal.aborted) this.logger.warn({ err: error }, 'an answer with assignments ended early');
    }
  }
}

function versionOf(since: unknown): number {
  const version = since === undefined ? 0 : Number(since);
  if (typeof since === 'object' || !Number.isSafeInteger(version) || version < 0) {
    throw new DomainError('invalid', 'since must be the version of the last response, or 0.', [
      { pointer: '?since', detail: 'must be a whole number of 0 or more' },
    ]);
  }
  return version;
}
