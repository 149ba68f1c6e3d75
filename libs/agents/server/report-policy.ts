import { AGENT_POLICY_TOPIC, type AgentPolicyReport, type ReportedPolicy } from '@icmp-mon/agents/contract';
import { Messaging } from '@icmp-mon/platform/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

/** Publishes an agent's policy file for the assignment. */
export class ReportPolicy extends Command<void> {
  constructor(
    readonly agentId: string,
    readonly report: AgentPolicyReport,
  ) {
    super();
  }
}

@CommandHandler(ReportPolicy)
export class ReportPolicyHandler implements ICommandHandler<ReportPolicy> {
  constructor(private readonly messaging: Messaging) {}

  async execute({ agentId, report }: ReportPolicy): Promise<void> {
    const reported: ReportedPolicy = { agentId, reportedAt: new Date().toISOString(), report };
    await this.messaging.sendMessages(AGENT_POLICY_TOPIC, [
      { key: agentId, value: Buffer.from(JSON.stringify(reported)) },
    ]);
  }
}
