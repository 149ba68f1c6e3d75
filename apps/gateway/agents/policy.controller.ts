import { createHash } from 'node:crypto';
import type { AgentPolicyReport } from '@icmp-mon/agents/contract';
import { readPolicyReport, ReportPolicy } from '@icmp-mon/agents/server';
import { Body, Controller, HttpCode, Put, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused } from '../results/results-metrics';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { retryAfter } from './retry-after';

const REPORTS_PER_S_MAX = 0.5;
/**
 * Every change of a policy file makes the assignment evaluate all targets again, and moves the agent's targets. An operator who edits a
 * policy file is not delayed; one that alternates moves the agent's targets at most this often.
 */
const CHANGES_EVERY_S = 600;
const CHANGES_AT_ONCE = 6;
const AGENTS_MAX = 10_000;

@Controller('v1/policy')
@UseGuards(AgentGuard)
export class PolicyController {
  private readonly rate = new RateLimit(REPORTS_PER_S_MAX);
  private readonly changeRate = new RateLimit(1 / CHANGES_EVERY_S, CHANGES_EVERY_S * CHANGES_AT_ONCE);
  /** Digest of the last reported policy file by agent. */
  private readonly reported = new Map<string, string>();

  constructor(private readonly commands: CommandBus) {}

  @Put()
  @HttpCode(204)
  async report(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<void> {
    const waitS = this.rate.takeAmount(agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent reports its policy file too often.', waitS);
    const report = readPolicyReport(body);
    const digest = digestOf(report);
    if (this.reported.get(agentId) !== digest) this.limitChange(agentId);
    await this.commands.execute(new ReportPolicy(agentId, report));
    if (this.reported.size >= AGENTS_MAX) this.reported.clear();
    this.reported.set(agentId, digest);
  }

  private limitChange(agentId: string): void {
    const waitS = this.changeRate.takeAmount(agentId, 1);
    if (waitS === null) return;
    requestsRefused.inc({ request: 'policy' });
    throw retryAfter('too_many_requests', "The agent's policy file changes too often.", waitS);
  }
}

/** Returns the digest of the policy file without the refused keys, which depend on the assigned targets. */
function digestOf({ refusedKeys: _refusedKeys, ...policy }: AgentPolicyReport): string {
  return createHash('sha256').update(JSON.stringify(policy)).digest('base64url');
}
