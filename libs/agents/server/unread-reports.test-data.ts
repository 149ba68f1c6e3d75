import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';

/** Agent reports with a fixed number of unread ones; null while Kafka does not answer. */
export class UnreadReports extends AgentReports {
  constructor(private readonly count: number | null = 0) {
    super();
  }

  override latestReports(): Promise<AgentReport[]> {
    return Promise.resolve([]);
  }

  override unread(): Promise<number | null> {
    return Promise.resolve(this.count);
  }
}
