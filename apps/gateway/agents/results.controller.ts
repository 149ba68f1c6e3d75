import { UPLOAD_BYTES_MAX, type ResultsAnswer } from '@icmp-mon/probing/contract';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { Controller, HttpCode, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { declaredLength, MemoryBudget, readBody } from '../request-body';
import { RateLimit } from '../results/rate-limit';
import { ResultsIntake, type LaneName } from '../results/results-intake';
import { uploadsDeferred } from '../results/results-metrics';
import { Agent, AgentCertificateGuard, type AgentIdentity } from './agent-certificate.guard';
import { AgentRequestRateGuard } from './agent-request-rate.guard';
import { retryAfter } from './retry-after';

const MEDIA_TYPE = 'application/vnd.icmpmon.blocks';
/** What was measured now goes before what waited: backfill may fill half of the memory. */
const MEMORY_SHARE: Record<LaneName, number> = { live: 1, backfill: 0.5 };

/** Bytes that agents may send per second, each. */
export class AgentByteRate extends RateLimit {}

@Controller('v1/results')
@UseGuards(AgentRequestRateGuard, AgentCertificateGuard)
export class ResultsController {
  constructor(
    private readonly intake: ResultsIntake,
    private readonly memory: MemoryBudget,
    private readonly byteRate: AgentByteRate,
  ) {}

  @Post()
  @HttpCode(200)
  async accept(
    @Agent() agent: AgentIdentity,
    @Query('lane') lane: unknown,
    @Req() request: Request,
  ): Promise<ResultsAnswer> {
    const receivedAtMs = Date.now();
    if (lane !== 'live' && lane !== 'backfill')
      throw new DomainError('invalid', 'Say which lane: ?lane=live or ?lane=backfill.');
    if (request.headers['content-type'] !== MEDIA_TYPE)
      throw new DomainError('invalid', `Send Content-Type: ${MEDIA_TYPE}.`);
    const length = declaredLength(request, UPLOAD_BYTES_MAX);
    const waitS = this.byteRate.take(agent.agentId, length);
    if (waitS !== null) {
      uploadsDeferred.inc({ reason: 'rate' });
      throw retryAfter('too_many_requests', 'The agent sends more bytes than it may.', waitS);
    }
    if (!this.memory.tryReserve(length, MEMORY_SHARE[lane])) {
      uploadsDeferred.inc({ reason: 'memory' });
      throw retryAfter('unavailable', 'Too many uploads wait for Kafka.', 1);
    }
    try {
      const body = await readBody(request, length);
      const sentAtMs = sentAtOf(request);
      return await this.intake.accept({ agentId: agent.agentId, lane, body, sentAtMs, receivedAtMs });
    } catch (error) {
      if (error instanceof DependencyUnavailable) uploadsDeferred.inc({ reason: 'kafka' });
      throw error;
    } finally {
      this.memory.release(length);
    }
  }
}

/** The agent's clock when it sent the request; null when the header is missing or no time. */
function sentAtOf(request: Request): number | null {
  const text = request.headers['x-icmpmon-sent-at'];
  const sentAtMs = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return Number.isFinite(sentAtMs) && sentAtMs > 0 ? sentAtMs : null;
}
