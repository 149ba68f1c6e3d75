import type { IncomingMessage } from 'node:http';
import type { TelemetryResponse } from '@icmp-mon/agents/contract';
import { readTelemetry, ReportTelemetry } from '@icmp-mon/agents/server';
import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused } from '../results/results-metrics';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { retryAfter } from './retry-after';

/** Highest rate of reports per agent. An agent reports every 5 s; every report is a row that is kept for a month. */
const REPORTS_PER_S_MAX = 1;

@Controller('v1/telemetry')
@UseGuards(AgentGuard)
export class TelemetryController {
  private readonly rate = new RateLimit(REPORTS_PER_S_MAX);

  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(200)
  report(
    @Agent() { agentId }: AgentIdentity,
    @Body() body: unknown,
    @Req() { socket }: IncomingMessage,
  ): Promise<TelemetryResponse> {
    const waitS = this.rate.takeAmount(agentId, 1);
    if (waitS !== null) {
      requestsRefused.inc({ request: 'telemetry' });
      throw retryAfter('too_many_requests', 'The agent reports more often than once per second.', waitS);
    }
    return this.commands.execute(new ReportTelemetry(agentId, socket.remoteAddress, readTelemetry(body)));
  }
}
