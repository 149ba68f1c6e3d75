import { type TraceMessage, type TraceReport, TRACES_TOPIC } from '@icmp-mon/paths/contract';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

/** Publishes traces of an agent. Resolves when Kafka has them. */
export class ReportTraces extends Command<void> {
  constructor(
    readonly agentId: string,
    readonly reports: readonly TraceReport[],
  ) {
    super();
  }
}

@CommandHandler(ReportTraces)
export class ReportTracesHandler implements ICommandHandler<ReportTraces> {
  constructor(
    private readonly messaging: Messaging,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ agentId, reports }: ReportTraces): Promise<void> {
    if (reports.length === 0) return;
    const receivedAt = new Date(this.clock.nowMs()).toISOString();
    const messages = reports.map((report) => {
      const message: TraceMessage = { agentId, receivedAt, report };
      return { key: report.targetId, value: Buffer.from(JSON.stringify(message)) };
    });
    await this.messaging.sendMessages(TRACES_TOPIC, messages);
  }
}
