import type { IncomingMessage } from 'node:http';
import type { EnrolResponse } from '@icmp-mon/agents/contract';
import { CertificateAuthority, EnrolAgent, readEnrolRequest } from '@icmp-mon/agents/server';
import { Body, Controller, Get, Header, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CallerRate } from './caller-rate';

export const ENROLMENT_TERMS = Symbol('enrolment terms');

/** Settings that every agent receives when it enrols. */
export type EnrolmentTerms = Pick<EnrolResponse, 'gatewayUrl' | 'shardCount'>;

/** Limits of enrolments: signing is expensive, and hundreds of agents do not enrol at the same time. */
const ENROLMENTS = { askedPerSOfAddress: 20, grantedPerS: 20, detail: 'Too many agents enrol at the same time.' };

@Controller('v1')
export class EnrolmentController {
  private readonly rate = new CallerRate(ENROLMENTS);

  constructor(
    private readonly commands: CommandBus,
    private readonly authority: CertificateAuthority,
    @Inject(ENROLMENT_TERMS) private readonly answer: EnrolmentTerms,
  ) {}

  /** Returns the CA's certificate. It is public, and to be trusted only after its hash equals the pinned one. */
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
