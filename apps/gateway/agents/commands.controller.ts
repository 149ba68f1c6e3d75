import { type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import { isUuid, NextCommandOrders, readReport, ReportCommands } from '@icmp-mon/commands/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { Body, Controller, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { Response } from 'express';
import { RateLimit } from '../results/rate-limit';
import { requestsRefused } from '../results/results-metrics';
import { AgentAdmission, type AgentIdentity } from './agent-admission';
import { Agent, AgentGuard } from './agent.guard';
import { OpenPolls } from './open-polls';
import { retryAfter } from './retry-after';

const WAIT_MS = 25_000;
/** An agent polls again after each answer: one per command that begins or ends, otherwise one in 25 s. */
const ASKS_PER_S_MAX = 10;
const REPORT_REQUESTS_PER_S_MAX = 20;
/**
 * Reports of an agent: more than the 60 commands per minute and the four that run at the same time cause, with a burst of twice what it may
 * have kept while the gateway was away.
 */
const REPORTS = { perS: 20, burstS: 10 };
/** Their bytes in Kafka. */
const REPORT_BYTES = { perS: 256 * 1024, burstS: 8 };
/** Open polls per agent: one is in use, and others may belong to broken connections. */
const OPEN_ASKS_MAX = 4;

@Controller('v1')
@UseGuards(AgentGuard)
export class CommandsController {
  private readonly askRate = new RateLimit(ASKS_PER_S_MAX);
  private readonly reportRequestRate = new RateLimit(REPORT_REQUESTS_PER_S_MAX);
  private readonly reportRate = new RateLimit(REPORTS.perS, REPORTS.burstS);
  private readonly reportByteRate = new RateLimit(REPORT_BYTES.perS, REPORT_BYTES.burstS);
  private readonly open = new OpenPolls(OPEN_ASKS_MAX);

  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly admission: AgentAdmission,
  ) {}

  /** Answers when the agent has other commands than it knows, otherwise with 304 after 25 s, or when the agent opens too many polls. */
  @Post('commands')
  @HttpCode(200)
  async next(@Agent() agent: AgentIdentity, @Body() body: unknown, @Res() response: Response): Promise<void> {
    const { agentId } = agent;
    limit(this.askRate, agentId, 'The agent polls its commands too often.');
    const known = readKnown(body);
    const gone = this.open.beginPoll(agentId);
    response.once('close', () => gone.abort());
    try {
      const options = { waitMs: WAIT_MS, signal: gone.signal };
      const answer = await this.queries.execute(new NextCommandOrders(agentId, known, options));
      // After up to 25 s it may no longer be an agent that gets orders.
      if (answer !== null && answer.orders.length > 0) await this.admission.requireStillAdmitted(agent);
      if (answer === null) response.status(304).end();
      else response.json(answer);
    } finally {
      this.open.endPoll(agentId, gone);
    }
  }

  @Post('command-results')
  @HttpCode(204)
  async report(@Agent() { agentId }: AgentIdentity, @Body() body: unknown): Promise<void> {
    limit(this.reportRequestRate, agentId, 'The agent reports about commands too often.');
    const reports = readReports(body);
    limit(this.reportRate, agentId, 'The agent sends too many reports about commands.', reports.length);
    const bytes = Buffer.byteLength(JSON.stringify(reports));
    limit(this.reportByteRate, agentId, 'The agent sends too long reports about commands.', bytes);
    await this.commands.execute(new ReportCommands(agentId, reports));
  }
}

function limit(rate: RateLimit, agentId: string, detail: string, amount = 1): void {
  const waitS = rate.takeAmount(agentId, amount);
  if (waitS === null) return;
  requestsRefused.inc({ request: 'commands' });
  throw retryAfter('too_many_requests', detail, waitS);
}

function readKnown(body: unknown): string[] {
  const known: unknown = (body as { known?: unknown } | null | undefined)?.known;
  if (Array.isArray(known) && known.length <= REPORT_LIMITS.known && known.every(isUuid)) return known;
  const detail = `must be a list of at most ${REPORT_LIMITS.known} ids of commands`;
  throw new DomainError('invalid', `known ${detail}.`, [{ pointer: '#/known', detail }]);
}

function readReports(body: unknown): CommandReport[] {
  const sent: unknown = (body as { reports?: unknown } | null | undefined)?.reports;
  if (!Array.isArray(sent) || sent.length > REPORT_LIMITS.reports) {
    const detail = `must be a list of at most ${REPORT_LIMITS.reports} reports`;
    throw new DomainError('invalid', `reports ${detail}.`, [{ pointer: '#/reports', detail }]);
  }
  const reports = sent.map(readReport);
  const errors = reports.flatMap((report, at) =>
    report === null ? [{ pointer: `#/reports/${at}`, detail: 'is not a report about a command' }] : [],
  );
  if (errors.length === 0) return reports.filter((report) => report !== null);
  throw new DomainError('invalid', 'Some reports are not valid: see "errors".', errors);
}
