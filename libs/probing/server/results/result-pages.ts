import { type ProbeResult } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import { Injectable } from '@nestjs/common';
import type { KnownChecks } from '../target-checks';
import { StoredAgents } from './stored-agents';
import { isAfter, type ResultPlace, type StoredBody, WindowResults } from './window-results';

/** Windows per read: few at first, because most requests ask for the latest few results. */
const WINDOWS_FIRST = 2;
const WINDOWS_MAX = 16;
/** Reads per page: a page that found too little by then ends early, and its cursor continues from there. */
const READS_MAX = 32;
/** End of the year 9999: no result is later, and PostgreSQL supports it. */
const TIME_MS_MAX = Date.UTC(10_000, 0, 1) - 1;

export interface ResultPage {
  items: ProbeResult[];
  /** Cursor of the next page, null on the last. */
  next: string | null;
}

export interface ResultPageRequest {
  limit: number;
  cursor?: string;
  /** Inclusive, ms since 1970. */
  fromMs?: number;
  /** Exclusive, ms since 1970. */
  toMs?: number;
  /** Number of the check whose results are read; all checks unless set. */
  check?: number;
}

/** A target and its checks. */
export interface ReadTarget {
  key: number;
  checks: KnownChecks;
}

interface WindowRow {
  window_start: Date;
  check_no: number;
  body: Buffer;
}

interface Page {
  items: ProbeResult[];
  last: ResultPlace | null;
  full: boolean;
}

/** Stored results of one target, newest first. */
@Injectable()
export class ResultPages {
  constructor(
    private readonly database: TelemetryDatabase,
    private readonly agents: StoredAgents,
  ) {}

  /** @throws DomainError `invalid` for a cursor that no page returned */
  async readPage({ key: targetKey, checks }: ReadTarget, request: ResultPageRequest): Promise<ResultPage> {
    const list = listOf(targetKey, request.check);
    const after = placeOf(list, request.cursor);
    const fromMs = request.fromMs ?? Number.NEGATIVE_INFINITY;
    const untilMs = Math.min(request.toMs ?? Number.POSITIVE_INFINITY, after === null ? Infinity : after.timeMs + 1);
    const page: Page = { items: [], last: after, full: false };
    const check = request.check ?? null;
    let upTo = await this.latestWindow(targetKey, check, untilMs);
    for (let reads = 0, windows = WINDOWS_FIRST; upTo !== null && upTo + WINDOW_MS > fromMs; reads++) {
      if (reads === READS_MAX) return this.truncatedPage(list, page, upTo);
      const oldestMs = Math.max(upTo - (windows - 1) * WINDOW_MS, windowStart(fromMs));
      for (const [startMs, bodies] of await this.windows(targetKey, check, oldestMs, upTo)) {
        const results = new WindowResults(startMs, bodies);
        await this.fillPage(page, { results, checks }, request.limit, { fromMs, untilMs, after });
        if (page.full) return { items: page.items, next: cursorOf(list, page.last) };
      }
      upTo = await this.latestWindow(targetKey, check, oldestMs);
      windows = Math.min(windows * 2, WINDOWS_MAX);
    }
    return { items: page.items, next: null };
  }

  /** Adds results while the page has room; it is full once a result is left over. */
  private async fillPage(
    page: Page,
    { results, checks }: { results: WindowResults; checks: KnownChecks },
    limit: number,
    { fromMs, untilMs, after }: { fromMs: number; untilMs: number; after: ResultPlace | null },
  ): Promise<void> {
    await this.agents.loadAgents(results.agentNumbers());
    for (let at = 0; at < results.count && !page.full; at++) {
      const place = results.placeAt(at);
      if (place.timeMs < fromMs || place.timeMs >= untilMs || (after !== null && !isAfter(place, after))) continue;
      if (page.items.length === limit) {
        page.full = true;
        return;
      }
      page.items.push(results.resultAt(at, this.agents, checks));
      page.last = place;
    }
  }

  /** Returns the start of the latest window before an instant, null if there is none: skips gaps in one step. */
  private async latestWindow(targetKey: number, check: number | null, beforeMs: number): Promise<number | null> {
    const [row] = await this.database.query<{ window_start: Date }>(
      `SELECT window_start FROM probe_window WHERE target_key = $1 AND ($2::timestamptz IS NULL OR window_start < $2)
         AND ($3::smallint IS NULL OR check_no = $3)
       ORDER BY window_start DESC LIMIT 1`,
      [targetKey, Number.isFinite(beforeMs) ? new Date(beforeMs) : null, check],
    );
    return row === undefined ? null : row.window_start.getTime();
  }

  /** Returns the complete windows of a span, newest first: one statement reads fragments and folded rows in one snapshot. */
  private async windows(
    targetKey: number,
    check: number | null,
    oldestMs: number,
    newestMs: number,
  ): Promise<Map<number, StoredBody[]>> {
    const rows = await this.database.query<WindowRow>(
      `SELECT window_start, check_no, body FROM probe_window
       WHERE target_key = $1 AND window_start >= $2 AND window_start <= $3
         AND ($4::smallint IS NULL OR check_no = $4) ORDER BY window_start DESC`,
      [targetKey, new Date(oldestMs), new Date(newestMs), check],
    );
    const windows = new Map<number, StoredBody[]>();
    for (const { window_start, check_no, body } of rows) {
      const startMs = window_start.getTime();
      const bodies = windows.get(startMs);
      if (bodies) bodies.push({ check: check_no, body });
      else windows.set(startMs, [{ check: check_no, body }]);
    }
    return windows;
  }

  private truncatedPage(list: string, page: Page, upTo: number): ResultPage {
    // Everything newer than this window was read: continue with the first instant that was not.
    const beyond = { timeMs: upTo + WINDOW_MS, agentNo: 0, check: 0, ordinal: 0 };
    return { items: page.items, next: cursorOf(list, beyond) };
  }
}

function cursorOf(list: string, place: ResultPlace | null): string | null {
  if (place === null) return null;
  return encodeNumberCursor(list, [place.timeMs, place.agentNo, place.check, place.ordinal]);
}

function placeOf(list: string, cursor: string | undefined): ResultPlace | null {
  if (cursor === undefined) return null;
  const [timeMs, agentNo, check, ordinal] = decodeNumberCursor(list, cursor, 4);
  return { timeMs: Math.max(0, Math.min(timeMs, TIME_MS_MAX)), agentNo, check, ordinal };
}

/** Name of the list in its cursors, so that the cursor of one target or check is refused for another. */
function listOf(targetKey: number, check?: number): string {
  return check === undefined ? `results/${targetKey}` : `results/${targetKey}/${check}`;
}
