import type { IncomingMessage } from 'node:http';
import type { EnrolResponse, RejoinChallenge } from '@icmp-mon/agents/contract';
import { CertificateAuthority, MakeRejoinChallenge, readRejoinRequest, RejoinAgent } from '@icmp-mon/agents/server';
import { createLogger } from '@icmp-mon/platform/ops';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CallerRate } from './caller-rate';
import { ENROLMENT_TERMS, type EnrolmentTerms } from './enrolment.controller';

/** Limits of each of the two requests of a return: a fleet behind one address that returns at the same time completes within a minute. */
const RETURNS = { askedPerSOfAddress: 10, grantedPerS: 50, detail: 'Too many agents return at the same time.' };

/** Return of agents whose certificate is no longer valid: they sign a challenge with the key that is bound to the agent. */
@Controller('v1/rejoin')
export class RejoinController {
  private readonly logger = createLogger('rejoin');
  /** Separate per step, so that requests for challenges do not block agents that already have one. */
  private readonly challengeRate = new CallerRate(RETURNS);
  private readonly returnRate = new CallerRate(RETURNS);

  constructor(
    private readonly commands: CommandBus,
    private readonly authority: CertificateAuthority,
    @Inject(ENROLMENT_TERMS) private readonly answer: EnrolmentTerms,
  ) {}

  @Post('challenge')
  @HttpCode(200)
  challenge(@Req() request: IncomingMessage): Promise<RejoinChallenge> {
    this.challengeRate.asks(request);
    return this.commands.execute(new MakeRejoinChallenge());
  }

  @Post()
  @HttpCode(200)
  async rejoin(@Req() request: IncomingMessage, @Body() body: unknown): Promise<EnrolResponse> {
    this.returnRate.asks(request);
    const rejoin = new RejoinAgent(readRejoinRequest(body), this.returnRate.grant);
    const { agentId, certificate } = await this.commands.execute(rejoin);
    this.logger.info({ agentId, notAfter: certificate.notAfter.toISOString() }, 'agent rejoined with its key');
    return { agentId, certificatePem: certificate.pem, caPem: this.authority.pem, ...this.answer };
  }
}
