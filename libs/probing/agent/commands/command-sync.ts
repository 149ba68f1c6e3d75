import {
  type CommandOrder,
  type CommandOrdersResponse,
  type CommandReport,
  REPORT_LIMITS,
} from '@icmp-mon/commands/contract';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import { isUuid } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import { type GatewayClient, GatewayFailure, LONG_POLL_TIMEOUT_MS } from '../ship/gateway-client';
import { retryAfterMs } from '../ship/retry-after';
import type { CommandDesk } from './command-desk';
import type { CommandJournal } from './command-journal';

/** Shortest time between two polls, in ms. */
const PAUSE_MS = 100;
/** Answer of a gateway of an earlier release, which does not have the routes. */
const NOT_FOUND = 404;
const WITHOUT_ROUTES_MS = 600_000;
const LOG_EVERY_MS = 60_000;
/** Answers to a report that the gateway never accepts: it is not valid, or too large. */
const REFUSED: readonly number[] = [400, 413];
/** The gateway accepts bodies of up to 64 KiB; one report is smaller. */
const BODY_BYTES_MAX = 60_000;

export interface CommandSyncOptions {
  gateway: Pick<GatewayClient, 'sendJson'>;
  journal: CommandJournal;
  desk: Pick<CommandDesk, 'takeOrder' | 'cancelOrder'>;
  log: AgentLog;
}

/** Fetches commands by long polling, and sends reports about them until the gateway has them. */
export class CommandSync {
  private readonly stopSignal = new AbortController();
  private readonly reports = new WakeUp();
  private readonly received: CommandReport[] = [];
  /** Latest unsent report of each trace that runs. */
  private readonly progress = new Map<string, CommandReport>();
  private progressAtMs = -Infinity;
  private running: Promise<unknown> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: CommandSyncOptions) {}

  start(): void {
    const { signal } = this.stopSignal;
    this.running = Promise.all([
      this.repeat(signal, () => this.poll(signal)),
      this.repeat(signal, () => this.sendReports(signal)),
    ]);
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  /** Sends a report once, if there is room: nothing depends on it. */
  sendOnce(report: CommandReport): void {
    if (this.received.length < REPORT_LIMITS.reports) this.received.push(report);
    this.reports.wakeSleeper();
  }

  /** Sends a report as soon as the last such one is half a second old, unless there is a newer one, or the end of the command. */
  sendProgress(report: CommandReport): void {
    this.progress.set(report.commandId, report);
    this.reports.wakeSleeper();
  }

  /** Called when the journal has a report. */
  wakeReporter(): void {
    this.reports.wakeSleeper();
  }

  /** Repeats `work`, which returns how long to pause, in ms; after a failure with a growing pause. */
  private async repeat(signal: AbortSignal, work: () => Promise<number>): Promise<void> {
    const backOff = new BackOff({ firstMs: 500, maxMs: 10_000 });
    while (!signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await work();
        backOff.succeeded();
      } catch (error) {
        if (signal.aborted) return;
        waitMs = this.handleFailure(error) ?? backOff.nextDelayMs() + retryAfterMs(error);
      }
      await pause(waitMs, signal);
    }
  }

  private async poll(signal: AbortSignal): Promise<number> {
    const { gateway, journal, desk } = this.options;
    const body = { known: journal.known };
    const answer = await gateway.sendJson('/v1/commands', body, signal, 'POST', LONG_POLL_TIMEOUT_MS);
    if (answer.status === 304) return PAUSE_MS;
    const { orders, ended } = readOrders(answer.body);
    for (const id of ended) desk.cancelOrder(id);
    if (ended.length > 0) journal.forget(ended);
    for (const order of orders) desk.takeOrder(order);
    return PAUSE_MS;
  }

  private async sendReports(signal: AbortSignal): Promise<number> {
    const { journal } = this.options;
    const ended = journal.reports;
    for (const { commandId } of ended) this.progress.delete(commandId);
    const progressInMs = this.progressAtMs + REPORT_LIMITS.progressEveryMs - performance.now();
    const progress = progressInMs > 0 ? [] : [...this.progress.values()];
    const reports = fitting([...this.received.splice(0), ...ended, ...progress]);
    if (reports.length === 0) {
      const waitMs = this.progress.size > 0 ? Math.max(0, progressInMs) : LONG_POLL_TIMEOUT_MS;
      await this.reports.sleepUntilWoken(waitMs, signal);
      return 0;
    }
    if (progress.length > 0) {
      this.progressAtMs = performance.now();
      this.progress.clear();
    }
    await this.deliver(reports, signal);
    return 0;
  }

  /** Sends reports. One that the gateway refuses is dropped, and does not take others with it. */
  private async deliver(reports: readonly CommandReport[], signal: AbortSignal): Promise<void> {
    const { gateway, journal, log } = this.options;
    try {
      await gateway.sendJson('/v1/command-results', { reports }, signal);
    } catch (error) {
      if (!(error instanceof GatewayFailure) || !REFUSED.includes(error.status)) throw error;
      if (reports.length > 1) {
        for (const report of reports) await this.deliver([report], signal);
        return;
      }
      log.error({ err: error }, 'the gateway refuses a report about a command, which is dropped');
    }
    const ended = reports.filter(({ state }) => state !== 'received' && state !== 'progress');
    journal.delivered(ended.map(({ commandId }) => commandId));
  }

  /** Returns how long to wait because the gateway lacks the routes, in ms; null after any other failure. */
  private handleFailure(error: unknown): number | null {
    if (error instanceof GatewayFailure && error.status === NOT_FOUND) return WITHOUT_ROUTES_MS;
    if (performance.now() - this.loggedAtMs > LOG_EVERY_MS) {
      this.options.log.warn({ err: error }, 'fetching commands or reporting about them failed');
      this.loggedAtMs = performance.now();
    }
    return null;
  }
}

/** Returns the first reports that fit into one request; at least one, so that a report that is too large does not hold up the others. */
function fitting(reports: readonly CommandReport[]): CommandReport[] {
  let bytes = 0;
  const first = reports.slice(0, REPORT_LIMITS.reports);
  return first.filter((report, at) => {
    bytes += Buffer.byteLength(JSON.stringify(report));
    return at === 0 || bytes <= BODY_BYTES_MAX;
  });
}

/** Most orders of one answer that are read. */
const ORDERS_MAX = 100;

/** @throws TypeError if it is not an answer */
function readOrders(body: Buffer): CommandOrdersResponse {
  const answer = JSON.parse(body.toString('utf8')) as Partial<CommandOrdersResponse> | null;
  const { orders, ended } = answer ?? {};
  if (!Array.isArray(orders) || !Array.isArray(ended) || orders.length > ORDERS_MAX) {
    throw new TypeError("the gateway's answer does not have the form of commands");
  }
  return { orders: orders.filter(isOrder), ended: ended.filter((id) => typeof id === 'string') };
}

function isOrder(value: unknown): value is CommandOrder {
  const { id, kind, ip, parameters } = (value ?? {}) as Partial<CommandOrder>;
  const isObject = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
  // A gateway refuses requests with any other id, so that the journal must not have one.
  return typeof id === 'string' && isUuid(id) && typeof kind === 'string' && typeof ip === 'string' && isObject;
}
