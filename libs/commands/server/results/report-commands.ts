import { COMMAND_RESULTS_TOPIC, type CommandReport, type CommandResult } from '@icmp-mon/commands/contract';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

/** Publishes what an agent reports about commands. Resolves when Kafka has it. */
export class ReportCommands extends Command<void> {
  constructor(
    readonly agentId: string,
    readonly reports: readonly CommandReport[],
  ) {
    super();
  }
}

@CommandHandler(ReportCommands)
export class ReportCommandsHandler implements ICommandHandler<ReportCommands> {
  constructor(
    private readonly messaging: Messaging,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ agentId, reports }: ReportCommands): Promise<void> {
    const receivedAt = new Date(this.clock.nowMs()).toISOString();
    const messages = reports.map((report) => {
      const result: CommandResult = { kind: 'report', agentId, receivedAt, report };
      return { key: report.commandId, value: Buffer.from(JSON.stringify(result)) };
    });
    await this.messaging.sendMessages(COMMAND_RESULTS_TOPIC, messages);
  }
}
