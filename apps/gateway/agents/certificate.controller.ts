import type { RenewAnswer } from '@icmp-mon/agents/contract';
import { RenewCertificate } from '@icmp-mon/agents/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';

@Controller('v1/certificate')
@UseGuards(AgentGuard)
export class CertificateController {
  constructor(private readonly renewals: RenewCertificate) {}

  @Post()
  @HttpCode(200)
  async renew(@Agent() agent: AgentIdentity, @Body() body: unknown): Promise<RenewAnswer> {
    const csrPem = typeof body === 'object' && body !== null && 'csrPem' in body ? body.csrPem : undefined;
    if (typeof csrPem !== 'string') {
      throw new DomainError('invalid', 'Send a JSON object with csrPem.', [
        { pointer: '#/csrPem', detail: 'is a text' },
      ]);
    }
    const { pem } = await this.renewals.renew(agent.agentId, agent.certificate.sha256, csrPem);
    return { certificatePem: pem };
  }
}
