import type { EnrolAnswer } from '@icmp-mon/agents/contract';
import { CertificateAuthority, EnrolAgent, readEnrolRequest } from '@icmp-mon/agents/server';
import { Body, Controller, Get, Header, Inject, Post } from '@nestjs/common';
import { RateLimit } from '../results/rate-limit';
import { retryAfter } from '../agents/retry-after';

export const ENROLMENT_ANSWER = Symbol('enrolment answer');

/** What every agent is told when it joins. */
export type EnrolmentAnswer = Pick<EnrolAnswer, 'gatewayUrl' | 'shardCount'>;

/** Of all callers together: signing costs, and nobody enrols hundreds of agents at once. */
const ENROLMENTS_PER_S = 20;

@Controller('v1')
export class EnrolmentController {
  private readonly rate = new RateLimit(ENROLMENTS_PER_S);

  constructor(
    private readonly enrolments: EnrolAgent,
    private readonly authority: CertificateAuthority,
    @Inject(ENROLMENT_ANSWER) private readonly answer: EnrolmentAnswer,
  ) {}

  /** The CA's certificate: public, and worth nothing until its hash was compared with the pinned one. */
  @Get('ca')
  @Header('content-type', 'application/x-pem-file')
  ca(): string {
    return this.authority.pem;
  }

  @Post('enrol')
  async enrol(@Body() body: unknown): Promise<EnrolAnswer> {
    const waitS = this.rate.take('all', 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'Too many agents enrol at once.', waitS);
    const { agentId, certificate } = await this.enrolments.enrol(readEnrolRequest(body));
    return { agentId, certificatePem: certificate.pem, caPem: this.authority.pem, ...this.answer };
  }
}
