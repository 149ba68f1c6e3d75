import type { IncomingMessage } from 'node:http';
import type { EnrolResponse } from '@icmp-mon/agents/contract';
import { CertificateAuthority, EnrolAgent, readEnrolRequest } from '@icmp-mon/agents/server';
import { Body, Controller, Get, Header, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CallerRate } from './caller-rate';

export const ENROLMENT_TERMS = Symbol('enrolment terms');

/** What every agent is told when it joins. */
export type EnrolmentTerms = Pick<EnrolResponse, 'gatewayUrl' | 'shardCount'>;

/** Signing costs, and nobody enrols hundreds of agents at once. */
const ENROLMENTS = { askedPerSOfAddress: 20, grantedPerS: 20, detail: 'Too many agents enrol at once.' };

@Controller('v1')
export class EnrolmentController {
  private readonly rate = new CallerRate(ENROLMENTS);

  constructor(
    private readonly commands: CommandBus,
    private readonly authority: CertificateAuthority,
    @Inject(ENROLMENT_TERMS) private readonly answer: EnrolmentTerms,
  ) {}

  /** The CA's certificate: public, and worth nothing until its hash was compared with the pinned one. */
  @Get('ca')
  @Header('content-type', 'application/x-pem-file')
  ca(): string {
    return this.authority.pem;
  }

  @Post('enrol')
  async enrol(@Req() request: IncomingMessage, @Body() body: unknown): Promise<EnrolResponse> {
    this.rate.asks(request);
    const enrolment = new EnrolAgent(readEnrolRequest(body), this.rate.grant);
    const { agentId, certificate } = await this.commands.execute(enrolment);
    return { agentId, certificatePem: certificate.pem, caPem: this.authority.pem, ...this.answer };
  }
}
