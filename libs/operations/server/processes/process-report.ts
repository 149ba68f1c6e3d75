import { hostname } from 'node:os';
import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger, type Readiness } from '@icmp-mon/platform/ops';

export const REPORT_S = 10;
const REPORT_MS = REPORT_S * 1_000;
/** A process that missed two reports is not heard. */
export const APP_SILENT_S = 30;
/** What has not been heard for so long is no part of the installation any more. */
export const FORGOTTEN_AFTER = '1 hour';

export interface ReportedApp {
  app: string;
  version: string;
  readiness: () => Record<string, Readiness> | Promise<Record<string, Readiness>>;
  /** A notice for operators that does not affect readiness, such as limits that acted; null if there is none. */
  notice?: () => Promise<string | null>;
}

/** Tells the control database every 10 s that this process runs, and what it misses: so that every replica can show it. */
export class ProcessReport {
  private readonly logger = createLogger('process-report');
  private readonly instance = newId();
  private readonly startedAt = new Date(Date.now() - performance.now());
  private timer: NodeJS.Timeout | undefined;
  private reporting: Promise<void> | null = null;

  constructor(
    private readonly control: Sql,
    private readonly app: ReportedApp,
  ) {}

  start(): void {
    this.report();
    this.timer = setInterval(() => this.report(), REPORT_MS);
  }

  /** Takes leave, so that nobody misses this process. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reporting;
    try {
      await this.control.execute('DELETE FROM app_process WHERE instance = $1', [this.instance]);
    } catch (error) {
      this.logger.warn({ err: error }, 'could not take leave: the process is shown as lost for an hour');
    }
  }

  private report(): void {
    // One that hangs must not be joined by another.
    this.reporting ??= this.write()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'could not report to the control database'))
      .finally(() => {
        this.reporting = null;
      });
  }

  private async write(): Promise<void> {
    const parts = Object.entries(await this.app.readiness());
    const troubles = Object.fromEntries(parts.flatMap(([part, { ok, detail }]) => (ok ? [] : [[part, detail]])));
    const notice = (await this.app.notice?.()) ?? null;
    if (notice !== null) troubles['limits'] = notice;
    const isReady = parts.every(([, { ok }]) => ok);
    await this.control.execute(
      `INSERT INTO app_process (instance, app, host, pid, version, started_at, seen_at, ready, troubles, clock_ahead_ms)
       VALUES ($1, $2, $3, $4, $5, $6, now(), $7, $8::jsonb, $9::float8 - extract(epoch FROM clock_timestamp()) * 1000)
       ON CONFLICT (instance) DO UPDATE SET seen_at = now(), ready = excluded.ready, troubles = excluded.troubles,
         clock_ahead_ms = excluded.clock_ahead_ms`,
      [
        this.instance,
        this.app.app,
        hostname(),
        process.pid,
        this.app.version,
        this.startedAt,
        isReady,
        JSON.stringify(troubles),
        Date.now(),
      ],
    );
  }
}

/** Whether a process of the app is heard. */
export async function isRunning(control: Sql, app: string): Promise<boolean> {
  const heard = await control.query(
    `SELECT 1 FROM app_process
     WHERE app = $1 AND abs(extract(epoch FROM clock_timestamp() - seen_at)) < ${APP_SILENT_S} LIMIT 1`,
    [app],
  );
  return heard.length > 0;
}

/** Forgets processes that ended without taking leave. Returns how many. */
export function forgetProcesses(control: Sql): Promise<number> {
  return control.execute(`DELETE FROM app_process
     WHERE seen_at NOT BETWEEN now() - interval '${FORGOTTEN_AFTER}' AND now() + interval '${FORGOTTEN_AFTER}'`);
}
