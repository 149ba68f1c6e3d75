import type { RenewResponse } from '@icmp-mon/agents/contract';
import { renewableFromMs, RenewCertificate } from '@icmp-mon/agents/server';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RateLimit } from '../results/rate-limit';
import { retryAfter } from './retry-after';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';

/** A response may be lost, so an agent may renew the same certificate more than once. */
const RENEWALS_EVERY_S = 30;
const RENEWALS_AT_ONCE = 3;

@Controller('v1/certificate')
@UseGuards(AgentGuard)
export class CertificateController {
  private readonly rate = new RateLimit(1 / RENEWALS_EVERY_S, RENEWALS_EVERY_S * RENEWALS_AT_ONCE);

  constructor(
    private readonly commands: CommandBus,
    private readonly clock: DatabaseClock,
  ) {}

  @Post()
  @HttpCode(200)
  async renew(@Agent() agent: AgentIdentity, @Body() body: unknown): Promise<RenewResponse> {
    const csrPem = typeof body === 'object' && body !== null && 'csrPem' in body ? body.csrPem : undefined;
    if (typeof csrPem !== 'string') {
      throw new DomainError('invalid', 'Send a JSON object with csrPem.', [
        { pointer: '#/csrPem', detail: 'must be a string' },
      ]);
    }
    this.limit(agent);
    const { agentId, certificate } = agent;
    const { pem } = await this.commands.execute(new RenewCertificate(agentId, certificate.sha256, csrPem));
    return { certificatePem: pem };
  }

  private limit({ agentId, certificate }: AgentIdentity): void {
    const earlyMs = renewableFromMs(certificate) - this.clock.nowMs();
    if (earlyMs > 0) {
      const detail = 'The certificate is too new: renewal is possible after a quarter of its lifetime.';
      throw retryAfter('too_many_requests', detail, Math.ceil(earlyMs / 1_000));
    }
    const waitS = this.rate.takeAmount(agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent renews its certificate too often.', waitS);
  }
}
