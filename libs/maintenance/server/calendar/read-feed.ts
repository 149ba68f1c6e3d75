import type { NoticeStatus, WindowDefinition } from '@icmp-mon/maintenance/contract';
import { MAINTENANCE_LIMITS, MAINTENANCE_STREAM, OCCURRENCE_STREAM } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { streamOf } from '@icmp-mon/platform/event-store';
import { occurrenceId } from '../occurrences/occurrence';
import { type Changes, occurrenceOn, plannedOccurrences } from '../occurrences/planned-occurrences';
import type { CalendarEvent } from './calendar-text';

const DAY_MS = 86_400_000;
/** Days for which a feed has what is over. */
export const FEED_DAYS_BACK = 31;
/** Events of a feed: the earliest ones. */
export const FEED_EVENTS_MAX = 5_000;

/** Windows whose cancelled or skipped occurrences a feed has, and these of each: to find them costs time. */
const NOT_HELD_WINDOWS_MAX = 200;
const NOT_HELD_PER_WINDOW_MAX = 60;

interface FeedWindow {
  id: string;
  definition: WindowDefinition;
  changes: Changes;
  cancelled_at: Date | null;
  status: NoticeStatus | null;
}

interface FeedOccurrence {
  window_id: string;
  date: string;
  title: string;
  scope: string;
  starts_at: Date;
  ends_at: Date;
}

interface Revision {
  sequence: number;
  changedMs: number;
}

/** Returns the events of all windows from 31 days ago to the horizon, by start; silences are left out. */
export async function readFeed(sql: Sql, nowMs: number): Promise<CalendarEvent[]> {
  const range = { fromMs: nowMs - FEED_DAYS_BACK * DAY_MS, toMs: nowMs + MAINTENANCE_LIMITS.horizonDays * DAY_MS };
  const rows = await sql.query<FeedOccurrence>(
    `SELECT window_id, date::text AS date, title, scope, starts_at, coalesce(closed_at, ends_at) AS ends_at FROM maintenance_occurrence
     WHERE kind = 'window' AND starts_at < $2 AND coalesce(closed_at, ends_at) > $1 ORDER BY starts_at, window_id LIMIT ${FEED_EVENTS_MAX}`,
    [new Date(range.fromMs), new Date(range.toMs)],
  );
  const windows = await sql.query<FeedWindow>(
    `SELECT w.id, w.definition, w.changes, w.cancelled_at, n.notice ->> 'status' AS status
     FROM maintenance_window w LEFT JOIN maintenance_notice n ON n.window_id = w.id
     WHERE w.id = ANY ($1::uuid[]) OR w.id IN (
       SELECT id FROM maintenance_window
       WHERE kind = 'window' AND (cancelled_at > $2 OR (cancelled_at IS NULL AND changes <> '{}'))
       ORDER BY cancelled_at DESC NULLS LAST, id DESC LIMIT ${NOT_HELD_WINDOWS_MAX})
     ORDER BY w.id`,
    [[...new Set(rows.map(({ window_id }) => window_id))], new Date(range.fromMs)],
  );
  const known = new Set(rows.map(({ window_id, date }) => occurrenceId(window_id, date)));
  const revisions = await readRevisions(sql, windows, [...known]);
  const byId = new Map(windows.map((window) => [window.id, window]));
  const events = rows.map((row) => {
    const window = byId.get(row.window_id);
    const status = window?.status === 'tentative' ? ('TENTATIVE' as const) : ('CONFIRMED' as const);
    const times = { startMs: row.starts_at.getTime(), endMs: row.ends_at.getTime() };
    return eventOf(window?.definition, row, times, { status, revision: revisions(row.window_id, row.date) });
  });
  for (const window of windows) {
    const cancelled = cancelledOf(window, range).filter(({ date }) => !known.has(occurrenceId(window.id, date)));
    events.push(
      ...cancelled.map(({ date, startMs, endMs }) =>
        eventOf(
          window.definition,
          { window_id: window.id, date, title: window.definition.title, scope: window.definition.scope },
          { startMs, endMs },
          { status: 'CANCELLED', revision: revisions(window.id, date) },
        ),
      ),
    );
  }
  return events
    .sort((one, other) => one.startMs - other.startMs || (one.uid < other.uid ? -1 : 1))
    .slice(0, FEED_EVENTS_MAX);
}

/** Occurrences that are not held: all of a cancelled window that were planned then, and skipped dates of others. */
function cancelledOf({ definition, changes, cancelled_at }: FeedWindow, range: { fromMs: number; toMs: number }) {
  if (cancelled_at !== null) {
    const fromMs = Math.max(range.fromMs, cancelled_at.getTime());
    return plannedOccurrences(definition, changes, { ...range, fromMs, limit: NOT_HELD_PER_WINDOW_MAX });
  }
  return Object.entries(changes)
    .filter(([, { kind }]) => kind === 'skipped')
    .sort()
    .slice(-NOT_HELD_PER_WINDOW_MAX)
    .flatMap(([date]) => occurrenceOn(definition, date, undefined) ?? [])
    .filter(({ startMs, endMs }) => startMs < range.toMs && endMs > range.fromMs);
}

function eventOf(
  definition: WindowDefinition | undefined,
  { window_id, date, title, scope }: Pick<FeedOccurrence, 'window_id' | 'date' | 'title' | 'scope'>,
  { startMs, endMs }: { startMs: number; endMs: number },
  { status, revision }: { status: CalendarEvent['status']; revision: Revision },
): CalendarEvent {
  const about = [`Scope: ${scope}`, definition?.ticket && `Ticket: ${definition.ticket}`, definition?.reason];
  return {
    ...{ uid: occurrenceId(window_id, date), ...revision, startMs, endMs, summary: title, status },
    description: about.filter((line) => typeof line === 'string' && line !== '').join('\n'),
  };
}

/** Returns a function of the revision of an occurrence: the events of its window and its own, and the time of the last one. */
async function readRevisions(
  sql: Sql,
  windows: readonly FeedWindow[],
  occurrences: readonly string[],
): Promise<(windowId: string, date: string) => Revision> {
  const streams = [
    ...windows.map(({ id }) => streamOf(MAINTENANCE_STREAM, id)),
    ...occurrences.map((id) => streamOf(OCCURRENCE_STREAM, id)),
  ];
  const rows = await sql.query<{ stream: string; version: number; changed_at: Date }>(
    `SELECT stream, max(version)::integer AS version, max(occurred_at) AS changed_at FROM event
     WHERE stream = ANY ($1::text[]) GROUP BY stream`,
    [streams],
  );
  const found = new Map(rows.map((row) => [row.stream, row]));
  return (windowId, date) => {
    const own = found.get(streamOf(MAINTENANCE_STREAM, windowId));
    const occurrence = found.get(streamOf(OCCURRENCE_STREAM, occurrenceId(windowId, date)));
    const changes = [own, occurrence].flatMap((row) => (row === undefined ? [] : [row.changed_at.getTime()]));
    return {
      // The first event has the sequence 0.
      sequence: Math.max(0, (own?.version ?? 0) + (occurrence?.version ?? 0) - 1),
      changedMs: Math.max(0, ...changes),
    };
  };
}
