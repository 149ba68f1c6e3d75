import type { DescriptionResponse } from '@icmp-mon/agents/contract';
import { DescribeAgent, readDescription } from '@icmp-mon/agents/server';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RateLimit } from '../results/rate-limit';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { retryAfter } from './retry-after';

/** Every change is an event that is kept forever. An agent sends its description when it starts, so this limit is generous. */
const DESCRIPTIONS_EVERY_S = 300;
const DESCRIPTIONS_AT_ONCE = 5;

@Controller('v1/description')
@UseGuards(AgentGuard)
export class DescriptionController {
  private readonly rate = new RateLimit(1 / DESCRIPTIONS_EVERY_S, DESCRIPTIONS_EVERY_S * DESCRIPTIONS_AT_ONCE);

  constructor(private readonly commands: CommandBus) {}

  /** Responds with the description in force. */
  @Post()
  @HttpCode(200)
  describe(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<DescriptionResponse> {
    const waitS = this.rate.takeAmount(agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent sends its description too often.', waitS);
    return this.commands.execute(new DescribeAgent(agentId, readDescription(body)));
  }
}
