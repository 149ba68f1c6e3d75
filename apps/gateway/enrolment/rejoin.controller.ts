import type { IncomingMessage } from 'node:http';
import type { EnrolAnswer, RejoinChallenge } from '@icmp-mon/agents/contract';
import { CertificateAuthority, readRejoinRequest, RejoinAgent } from '@icmp-mon/agents/server';
import { addressGroup } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { retryAfter } from '../agents/retry-after';
import { RateLimit } from '../results/rate-limit';
import { ENROLMENT_ANSWER, type EnrolmentAnswer } from './enrolment.controller';

/** Of each step: of all callers together, and of one address (IPv6: one /64): a fleet behind one address that returns at once is through in a minute. */
const REQUESTS_PER_S = 100;
const REQUESTS_PER_S_OF_ADDRESS = 10;

/** The way back for agents whose certificate is not valid any more: a challenge, signed by the key that is bound to the agent. */
@Controller('v1/rejoin')
export class RejoinController {
  private readonly logger = createLogger('rejoin');
  private readonly rate = new RateLimit(REQUESTS_PER_S);
  private readonly addressRate = new RateLimit(REQUESTS_PER_S_OF_ADDRESS);

  constructor(
    private readonly returns: RejoinAgent,
    private readonly authority: CertificateAuthority,
    @Inject(ENROLMENT_ANSWER) private readonly answer: EnrolmentAnswer,
  ) {}

  @Post('challenge')
  @HttpCode(200)
  challenge(@Req() request: IncomingMessage): RejoinChallenge {
    this.limit('challenge', request);
    return { nonce: this.returns.challenge() };
  }

  @Post()
  @HttpCode(200)
  async rejoin(@Req() request: IncomingMessage, @Body() body: unknown): Promise<EnrolAnswer> {
    this.limit('return', request);
    const { agentId, certificate } = await this.returns.rejoin(readRejoinRequest(body));
    this.logger.info({ agentId, notAfter: certificate.notAfter.toISOString() }, 'an agent returned by its key');
    return { agentId, certificatePem: certificate.pem, caPem: this.authority.pem, ...this.answer };
  }

  /** Apart for each step: an agent that has its challenge is not kept out by those who ask for one. */
  private limit(step: 'challenge' | 'return', request: IncomingMessage): void {
    const waitS =
      this.addressRate.take(`${step} ${addressGroup(request.socket.remoteAddress)}`, 1) ?? this.rate.take(step, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'Too many agents return at once.', waitS);
  }
}
