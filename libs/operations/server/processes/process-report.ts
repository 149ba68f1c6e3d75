import { hostname } from 'node:os';
import { DETAIL_KIND_MAX } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger, type Readiness } from '@icmp-mon/platform/ops';

export const REPORT_S = 10;
const REPORT_MS = REPORT_S * 1_000;
/** From this long without a report (two were missed), a process counts as silent, in s. */
export const APP_SILENT_S = 30;
/** From this long without a report, a process is no longer part of the installation. */
export const FORGOTTEN_AFTER = '1 hour';

export interface ReportedApp {
  app: string;
  version: string;
  readiness: () => Record<string, Readiness> | Promise<Record<string, Readiness>>;
  /** A notice for operators that does not affect readiness, such as limits that were applied; null if there is none. */
  notice?: () => Promise<string | null>;
}

/** Reports to the control database every 10 s that this process runs, and what is not ready, so that every api replica can show it. */
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
    this.startReport();
    this.timer = setInterval(() => this.startReport(), REPORT_MS);
  }

  /** Deletes the report, so that the ended process is not shown as missing. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reporting;
    try {
      await this.control.execute('DELETE FROM app_process WHERE instance = $1', [this.instance]);
    } catch (error) {
      this.logger.warn(
        { err: error },
        'process report could not be deleted at shutdown: the process is shown as silent for an hour',
      );
    }
  }

  private startReport(): void {
    // One at a time: a hanging report is not joined by another.
    this.reporting ??= this.writeReport()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'could not report to the control database'))
      .finally(() => {
        this.reporting = null;
      });
  }

  private async writeReport(): Promise<void> {
    const parts = Object.entries(await this.app.readiness());
    const troubles = Object.fromEntries(parts.flatMap(([part, { ok, detail }]) => (ok ? [] : [[part, detail]])));
    const notice = (await this.app.notice?.()) ?? null;
    if (notice !== null) troubles['limits'] = notice;
    const isReady = parts.every(([, { ok }]) => ok);
    await this.control.execute(
      `INSERT INTO app_process (instance, app, host, pid, version, started_at, seen_at, ready, troubles, clock_ahead_ms,
         detail_kind_max)
       VALUES ($1, $2, $3, $4, $5, $6, now(), $7, $8::jsonb, $9::float8 - extract(epoch FROM clock_timestamp()) * 1000, $10)
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
        DETAIL_KIND_MAX,
      ],
    );
  }
}

/** Returns whether a process of the app is reporting. */
export async function isRunning(control: Sql, app: string): Promise<boolean> {
  const heard = await control.query(
    `SELECT 1 FROM app_process
     WHERE app = $1 AND abs(extract(epoch FROM clock_timestamp() - seen_at)) < ${APP_SILENT_S} LIMIT 1`,
    [app],
  );
  return heard.length > 0;
}

/** Returns the highest kind of details of results that all reporting processes read which store or show results; null if none reports. */
export async function detailKindMaxOfAll(control: Sql): Promise<number | null> {
  const [row] = await control.query<{ kind: number | null }>(
    `SELECT min(detail_kind_max) AS kind FROM app_process
     WHERE app IN ('projector', 'worker', 'api') AND abs(extract(epoch FROM clock_timestamp() - seen_at)) < ${APP_SILENT_S}`,
  );
  return row?.kind ?? null;
}

/** Deletes reports of processes that ended without deleting their own. Returns how many. */
export function forgetProcesses(control: Sql): Promise<number> {
  return control.execute(`DELETE FROM app_process
     WHERE seen_at NOT BETWEEN now() - interval '${FORGOTTEN_AFTER}' AND now() + interval '${FORGOTTEN_AFTER}'`);
}
