import type { AgentTraceReport, AgentTracesRequest, AgentTracesResponse } from '@icmp-mon/paths/contract';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import { type GatewayClient, GatewayFailure } from '../ship/gateway-client';
import { retryAfterMs } from '../ship/retry-after';
import type { PtrCache } from './ptr-cache';
import type { TraceSpool } from './trace-spool';

export interface TraceUploadOptions {
  gateway: Pick<GatewayClient, 'sendJson'>;
  spool: Pick<TraceSpool, 'readFirst' | 'remove'>;
  names: Pick<PtrCache, 'resolveNames'>;
  /** Whether no result waits for its upload: these come first. */
  isIdle: () => boolean;
  log: AgentLog;
  /** Waits, in ms, for tests. */
  lookEveryMs?: number;
  firstBackOffMs?: number;
}

const LOOK_EVERY_MS = 30_000;
const BACK_OFF = { firstMs: 1_000, maxMs: 60_000 };
/** Longest wait for results to be uploaded, in ms: the line of a large agent is never idle. */
const YIELD_MS_MAX = 5_000;
const YIELD_LOOK_MS = 100;
/** Shortest time between two requests, in ms. */
const PAUSE_MS = 500;
const REPORTS_MAX = 10;
/** The gateway accepts bodies of up to 64 KiB. */
const BODY_BYTES_MAX = 60_000;
const NOT_FOUND = 404;
/** A gateway of an earlier release does not have the route. */
const WITHOUT_ROUTE_MS = 600_000;
/** Statuses with which smaller requests may succeed: no answer in time, too slow, too large. */
const TOO_MUCH: readonly number[] = [0, 408, 413];
const INVALID: readonly number[] = [400, 413];
const LOG_EVERY_MS = 60_000;

/**
 * Uploads spooled traces, one small request at a time, and deletes what the gateway has. Results have priority: a request begins only while none
 * waits, or after 5 s. A report is uploaded again until it is acknowledged, so that the gateway may get it twice, with the same id.
 */
export class TraceUpload {
  /** Reports that the gateway will never accept. */
  refused = 0;
  private reportsMax = REPORTS_MAX;
  private readonly backOff: BackOff;
  private readonly work = new WakeUp();
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: TraceUploadOptions) {
    this.backOff = new BackOff({ ...BACK_OFF, firstMs: options.firstBackOffMs ?? BACK_OFF.firstMs });
  }

  start(): void {
    this.running = this.uploadUntilStopped(this.stopSignal.signal);
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  /** Called when the spool has a new trace. */
  wakeUpload(): void {
    this.work.wakeSleeper();
  }

  private async uploadUntilStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const reports = await this.options.spool.readFirst(this.reportsMax);
      if (reports.length === 0) {
        await this.work.sleepUntilWoken(this.options.lookEveryMs ?? LOOK_EVERY_MS, signal);
        continue;
      }
      await pause(await this.uploadOnce(reports, signal), signal);
    }
  }

  /** Returns how long to pause, in ms. */
  private async uploadOnce(reports: readonly AgentTraceReport[], signal: AbortSignal): Promise<number> {
    const named = await this.withNames(reports, signal);
    await this.waitForResults(signal);
    if (signal.aborted) return 0;
    const fitting = fittingOf(named);
    try {
      await this.sendReports(fitting, signal);
    } catch (error) {
      if (signal.aborted) return 0;
      return this.handleFailure(error, fitting);
    }
    this.backOff.succeeded();
    this.reportsMax = Math.min(REPORTS_MAX, this.reportsMax + 1);
    return PAUSE_MS;
  }

  private async sendReports(reports: readonly AgentTraceReport[], signal: AbortSignal): Promise<void> {
    const { gateway, spool, log } = this.options;
    const body: AgentTracesRequest = { reports: [...reports] };
    const answer = await gateway.sendJson('/v1/traces', body, signal);
    const refused = refusedOf(answer.body);
    if (refused.length > 0) log.info({ refused: refused.slice(0, 3) }, 'the gateway does not accept some traces');
    this.refused += reports.filter(({ id }) => refused.some((each) => each.id === id)).length;
    for (const report of reports) await spool.remove(report);
  }

  /** Returns how long to wait, in ms. A report that the gateway refuses alone is deleted, and does not hold up others. */
  private async handleFailure(error: unknown, reports: readonly AgentTraceReport[]): Promise<number> {
    const { log, spool } = this.options;
    const status = error instanceof GatewayFailure ? error.status : -1;
    if (status === NOT_FOUND) return WITHOUT_ROUTE_MS;
    if (INVALID.includes(status) && reports.length === 1) {
      for (const report of reports) await spool.remove(report);
      this.refused++;
      log.error({ err: error }, 'the gateway refuses a trace, which is deleted');
      return PAUSE_MS;
    }
    if (INVALID.includes(status)) {
      this.reportsMax = 1;
      return PAUSE_MS;
    }
    if (TOO_MUCH.includes(status)) this.reportsMax = Math.max(1, Math.floor(reports.length / 2));
    if (performance.now() - this.loggedAtMs > LOG_EVERY_MS) {
      this.loggedAtMs = performance.now();
      log.warn({ err: error }, 'uploading traces failed; they wait in the spool');
    }
    return Math.max(this.backOff.nextDelayMs(), retryAfterMs(error));
  }

  private async withNames(
    reports: readonly AgentTraceReport[],
    signal: AbortSignal,
  ): Promise<readonly AgentTraceReport[]> {
    const addressesOf = ({ trace }: AgentTraceReport): string[] => [trace.target, ...trace.addresses];
    const names = await this.options.names.resolveNames([...new Set(reports.flatMap(addressesOf))], signal);
    return reports.map((report) => {
      const own = addressesOf(report).flatMap((address) => {
        const name = names[address];
        return name === undefined ? [] : [[address, name] as const];
      });
      return { ...report, names: { ...report.names, ...Object.fromEntries(own) } };
    });
  }

  private async waitForResults(signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + YIELD_MS_MAX;
    while (!this.options.isIdle() && performance.now() < untilMs && !signal.aborted) await pause(YIELD_LOOK_MS, signal);
  }
}

/** Returns the first reports that fit into one request, at least one; names are left out if it does not fit with them. */
function fittingOf(reports: readonly AgentTraceReport[]): AgentTraceReport[] {
  let bytes = 0;
  const fitting: AgentTraceReport[] = [];
  for (const report of reports) {
    const size = Buffer.byteLength(JSON.stringify(report));
    const smaller = size > BODY_BYTES_MAX ? { ...report, names: {} } : report;
    bytes += smaller === report ? size : Buffer.byteLength(JSON.stringify(smaller));
    if (bytes > BODY_BYTES_MAX && fitting.length > 0) break;
    fitting.push(smaller);
  }
  return fitting;
}

/** Returns what the gateway refused; nothing if the answer has another form. */
function refusedOf(body: Buffer): AgentTracesResponse['refused'] {
  try {
    const { refused } = JSON.parse(body.toString('utf8')) as Partial<AgentTracesResponse>;
    return Array.isArray(refused) ? refused : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
