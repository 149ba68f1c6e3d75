import {
  AGENT_TELEMETRY_TOPIC,
  type AgentTelemetry,
  type ReceivedTelemetry,
  type TelemetryResponse,
} from '@icmp-mon/agents/contract';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DeliveredAnchors } from './anchors/delivered-anchors';
import { DeliveredTraceSettings } from './delivered-trace-settings';
import { ReadableDetails } from './readable-details';
import { UncountedNotices } from './uncounted/uncounted-notices';

/**
 * Publishes an agent's report; returns which of its results are not counted as it sent them, anchors and settings. `peer` is the address of the
 * sender.
 */
export class ReportTelemetry extends Command<TelemetryResponse> {
  constructor(
    readonly agentId: string,
    readonly peer: string | undefined,
    readonly telemetry: AgentTelemetry,
  ) {
    super();
  }
}

@CommandHandler(ReportTelemetry)
export class ReportTelemetryHandler implements ICommandHandler<ReportTelemetry> {
  constructor(
    private readonly messaging: Messaging,
    private readonly clock: DatabaseClock,
    private readonly notices: UncountedNotices,
    private readonly anchors: DeliveredAnchors,
    private readonly traces: DeliveredTraceSettings,
    private readonly details: ReadableDetails,
  ) {}

  async execute({ agentId, peer, telemetry }: ReportTelemetry): Promise<TelemetryResponse> {
    const receivedAt = new Date(this.clock.nowMs()).toISOString();
    const report: ReceivedTelemetry = { agentId, receivedAt, peer, telemetry };
    await this.messaging.sendMessages(AGENT_TELEMETRY_TOPIC, [
      { key: agentId, value: Buffer.from(JSON.stringify(report)) },
    ]);
    return this.answerFor(agentId);
  }

  /** Contains neither anchors nor notices nor kinds while the database is unreachable: the report itself is already published. */
  private async answerFor(agentId: string): Promise<TelemetryResponse> {
    const { settings: traces } = this.traces;
    try {
      const [uncounted, anchors, detailKindMax] = await Promise.all([
        this.notices.noticesOf(agentId),
        this.anchors.readDelivered(),
        this.details.readKindMax(),
      ]);
      return { uncounted, anchors, traces, ...(detailKindMax !== undefined && { detailKindMax }) };
    } catch (error) {
      if (error instanceof DependencyUnavailable) return { uncounted: [], traces };
      throw error;
    }
  }
}
