import { ReadReportableTargets } from '@icmp-mon/assignment/server';
import { ReadTracedTargets } from '@icmp-mon/commands/server';
import type { AgentTracesResponse } from '@icmp-mon/paths/contract';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { AgentIdentity } from '../agents/agent-admission';
import { Agent, AgentGuard } from '../agents/agent.guard';
import { retryAfter } from '../agents/retry-after';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused, tracesAccepted, tracesRefused } from '../results/results-metrics';
import { checkReport, type ReportableTargets, readSentReports, type SentReport } from './check-trace-reports';
import { ReportTraces } from './report-traces';

/** More than an agent of the largest size makes: with 100,000 targets and 10 % of its packets, some 3. Its spool has 1,000. */
const TRACES_PER_S_MAX = 5;
const BURST_S = 200;
/** Their bytes, which storage and the work of later readers depend on: three traces of the longest path per second are some 18 KB. */
const BYTES_PER_S_MAX = 32 * 1024;

@Controller('v1/traces')
@UseGuards(AgentGuard)
export class TracesController {
  private readonly rate = new RateLimit(TRACES_PER_S_MAX, BURST_S);
  private readonly byteRate = new RateLimit(BYTES_PER_S_MAX, BURST_S);

  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Answers when Kafka has all traces that are accepted. The agent repeats a request without answer, so that traces may come twice. */
  @Post()
  @HttpCode(200)
  async report(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<AgentTracesResponse> {
    const sent = readSentReports(body);
    const waitS =
      this.rate.takeAmount(agentId, Math.max(1, sent.length)) ??
      this.byteRate.takeAmount(agentId, Buffer.byteLength(JSON.stringify(body)));
    if (waitS !== null) {
      requestsRefused.inc({ request: 'traces' });
      throw retryAfter('too_many_requests', 'The agent sends too many traces.', waitS);
    }
    const targets = await this.readTargets(agentId, sent);
    const checked = sent.map((report) => checkReport(report, targets));
    const accepted = checked.flatMap((each) => (each.ok ? [each.report] : []));
    await this.commands.execute(new ReportTraces(agentId, accepted));
    tracesAccepted.inc(accepted.length);
    const refused = checked.filter((each) => !each.ok);
    for (const { reason } of refused) tracesRefused.inc({ reason });
    return { refused: refused.map(({ id, detail }) => ({ id, detail })) };
  }

  private async readTargets(agentId: string, sent: readonly SentReport[]): Promise<ReportableTargets> {
    const keys = sent.map(({ targetKey }) => targetKey).filter((key) => key !== 0);
    const commandIds = sent.map(({ commandId }) => commandId).filter((id) => id !== '');
    const [byKey, byCommand] = await Promise.all([
      this.queries.execute(new ReadReportableTargets(agentId, keys)),
      this.queries.execute(new ReadTracedTargets(agentId, commandIds)),
    ]);
    return { byKey, byCommand };
  }
}
