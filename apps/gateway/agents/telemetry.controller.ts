import { AGENT_TELEMETRY_TOPIC, readTelemetry, type ReceivedTelemetry } from '@icmp-mon/agents/server';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';

@Controller('v1/telemetry')
@UseGuards(AgentGuard)
export class TelemetryController {
  constructor(private readonly messaging: Messaging) {}

  @Post()
  @HttpCode(204)
  async report(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<void> {
    const report: ReceivedTelemetry = {
      agentId,
      receivedAt: new Date().toISOString(),
      telemetry: readTelemetry(body),
    };
    await this.messaging.send(AGENT_TELEMETRY_TOPIC, [{ key: agentId, value: Buffer.from(JSON.stringify(report)) }]);
  }
}
