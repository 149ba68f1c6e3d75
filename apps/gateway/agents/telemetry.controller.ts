import type { IncomingMessage } from 'node:http';
import type { TelemetryAnswer } from '@icmp-mon/agents/contract';
import {
  AGENT_TELEMETRY_TOPIC,
  readTelemetry,
  type ReceivedTelemetry,
  UncountedNotices,
} from '@icmp-mon/agents/server';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused } from '../results/results-metrics';
import type { AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { retryAfter } from './retry-after';

/** An agent reports each 5 s; each report is a row that is kept for a month. */
const REPORTS_PER_S_MAX = 1;

@Controller('v1/telemetry')
@UseGuards(AgentGuard)
export class TelemetryController {
  private readonly rate = new RateLimit(REPORTS_PER_S_MAX);

  constructor(
    private readonly messaging: Messaging,
    private readonly clock: DatabaseClock,
    private readonly notices: UncountedNotices,
  ) {}

  /** Takes a report, and tells the agent which of its results are not counted as it meant. */
  @Post()
  @HttpCode(200)
  async report(
    @Agent() { agentId }: AgentIdentity,
    @Body() body: unknown,
    @Req() request: IncomingMessage,
  ): Promise<TelemetryAnswer> {
    const waitS = this.rate.take(agentId, 1);
    if (waitS !== null) {
      requestsRefused.inc({ request: 'telemetry' });
      throw retryAfter('too_many_requests', 'The agent reports more often than once per second.', waitS);
    }
    const report: ReceivedTelemetry = {
      agentId,
      receivedAt: new Date(this.clock.nowMs()).toISOString(),
      peer: request.socket.remoteAddress,
      telemetry: readTelemetry(body),
    };
    await this.messaging.send(AGENT_TELEMETRY_TOPIC, [{ key: agentId, value: Buffer.from(JSON.stringify(report)) }]);
    return { uncounted: await this.uncounted(agentId) };
  }

  /** The report is taken, whether or not there is somebody to ask. */
  private async uncounted(agentId: string): Promise<TelemetryAnswer['uncounted']> {
    try {
      return await this.notices.of(agentId);
    } catch (error) {
      if (error instanceof DependencyUnavailable) return [];
      throw error;
    }
  }
}
