import { AGENT_POLICY_TOPIC, type ReportedPolicy } from '@icmp-mon/agents/contract';
import { readPolicyReport } from '@icmp-mon/agents/server';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Body, Controller, HttpCode, Put, UseGuards } from '@nestjs/common';
import { RateLimit } from '../results/rate-limit';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { retryAfter } from './retry-after';

/** Each change of a policy makes assignment choose again for all targets. */
const REPORTS_PER_S_MAX = 0.5;

@Controller('v1/policy')
@UseGuards(AgentGuard)
export class PolicyController {
  private readonly rate = new RateLimit(REPORTS_PER_S_MAX);

  constructor(private readonly messaging: Messaging) {}

  @Put()
  @HttpCode(204)
  async report(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<void> {
    const waitS = this.rate.take(agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent reports its policy too often.', waitS);
    const reported: ReportedPolicy = { agentId, reportedAt: new Date().toISOString(), report: readPolicyReport(body) };
    await this.messaging.send(AGENT_POLICY_TOPIC, [{ key: agentId, value: Buffer.from(JSON.stringify(reported)) }]);
  }
}
