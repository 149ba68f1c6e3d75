import type { IncomingMessage } from 'node:http';
import type { EnrolResponse, RejoinChallenge } from '@icmp-mon/agents/contract';
import { CertificateAuthority, MakeRejoinChallenge, readRejoinRequest, RejoinAgent } from '@icmp-mon/agents/server';
import { createLogger } from '@icmp-mon/platform/ops';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CallerRate } from './caller-rate';
import { ENROLMENT_TERMS, type EnrolmentTerms } from './enrolment.controller';

/** Of each of the two requests of a return: a fleet behind one address that returns at once is through in a minute. */
const RETURNS = { askedPerSOfAddress: 10, grantedPerS: 50, detail: 'Too many agents return at once.' };

/** The way back for agents whose certificate is not valid any more: a challenge, signed by the key that is bound to the agent. */
@Controller('v1/rejoin')
export class RejoinController {
  private readonly logger = createLogger('rejoin');
  /** Apart for each step: an agent that has its challenge is not kept out by those who ask for one. */
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
    this.logger.info({ agentId, notAfter: certificate.notAfter.toISOString() }, 'an agent returned by its key');
    return { agentId, certificatePem: certificate.pem, caPem: this.authority.pem, ...this.answer };
  }
}
