import type {
  CloseCause,
  Notice,
  OccurrenceState,
  OccurrenceView,
  SlaClass,
  WindowDefinition,
  WindowKind,
  WindowView,
} from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { occurrenceId } from '../occurrences/occurrence';
import type { Changes } from '../occurrences/planned-occurrences';
import { unknownWindow } from './maintenance';

export interface OccurrenceRow {
  window_id: string;
  date: string;
  title: string;
  kind: WindowKind;
  scope: string;
  sla_class: SlaClass;
  state: OccurrenceState;
  starts_at: Date;
  ends_at: Date;
  time_zone: string;
  moved: boolean;
  opened_at: Date | null;
  closed_at: Date | null;
  close_cause: CloseCause | null;
  target_count: number | null;
  amended_at: Date | null;
  earlier: { startsAt: string; closedAt: string; slaClass: SlaClass }[];
}

/** Columns of an `OccurrenceRow`, of the table `maintenance_occurrence` as `o`. */
export const OCCURRENCE_COLUMNS = `o.window_id, o.date::text AS date, o.title, o.kind, o.scope, o.sla_class, o.state, o.starts_at, o.ends_at,
  o.time_zone, o.moved, o.opened_at, o.closed_at, o.close_cause, o.amended_at, o.earlier,
  CASE WHEN o.state = 'open' THEN (SELECT count(*)::integer FROM maintenance_member m
    WHERE m.window_id = o.window_id AND m.date = o.date AND m.to_at IS NULL) ELSE o.target_count END AS target_count`;

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

export const occurrenceView = (row: OccurrenceRow): OccurrenceView => ({
  id: occurrenceId(row.window_id, row.date),
  windowId: row.window_id,
  date: row.date,
  title: row.title,
  kind: row.kind,
  scope: row.scope,
  slaClass: row.sla_class,
  state: row.state,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
  timeZone: row.time_zone,
  moved: row.moved,
  openedAt: iso(row.opened_at),
  closedAt: iso(row.closed_at),
  closeCause: row.close_cause,
  targetCount: row.target_count,
  amendedAt: iso(row.amended_at),
  earlier: row.earlier.map(({ startsAt, closedAt, slaClass }) => ({
    startsAt: new Date(startsAt).toISOString(),
    closedAt: new Date(closedAt).toISOString(),
    slaClass,
  })),
});

export interface WindowRow {
  id: string;
  kind: WindowKind;
  definition: WindowDefinition;
  changes: Changes;
  version: number;
  scheduled_at: Date;
  cancelled_at: Date | null;
  has_later: boolean | null;
  notice: Notice | null;
}

/** Columns and tables of a `WindowRow`, with the table `maintenance_window` as `w`. */
export const SELECT_WINDOWS = `SELECT w.id, w.kind, w.definition, w.changes, w.version, w.scheduled_at, w.cancelled_at, e.has_later,
    n.notice
  FROM maintenance_window w LEFT JOIN maintenance_expansion e ON e.window_id = w.id LEFT JOIN maintenance_notice n ON n.window_id = w.id`;

/** Condition on `w` and `e`: the window is neither cancelled nor over. */
export const IS_ACTIVE = `w.cancelled_at IS NULL AND (e.has_later IS TRUE OR EXISTS (
  SELECT FROM maintenance_occurrence o WHERE o.window_id = w.id AND o.state IN ('planned', 'open')))`;

/** Returns views of windows, each with its open or next occurrence. */
export async function windowViews(sql: Sql, rows: readonly WindowRow[]): Promise<WindowView[]> {
  const next = await sql.query<OccurrenceRow>(
    `SELECT DISTINCT ON (o.window_id) ${OCCURRENCE_COLUMNS} FROM maintenance_occurrence o
     WHERE o.window_id = ANY ($1::uuid[]) AND o.state IN ('planned', 'open')
     ORDER BY o.window_id, o.state = 'open' DESC, o.starts_at`,
    [rows.map(({ id }) => id)],
  );
  const byWindow = new Map(next.map((row) => [row.window_id, occurrenceView(row)]));
  return rows.map((row) => windowView(row, byWindow.get(row.id) ?? null));
}

function windowView(row: WindowRow, next: OccurrenceView | null): WindowView {
  const { id, kind, definition, changes, version, scheduled_at, cancelled_at, has_later, notice } = row;
  const isPlanned = next !== null || has_later === true;
  const state = cancelled_at !== null ? 'cancelled' : next?.state === 'open' ? 'open' : isPlanned ? 'planned' : 'over';
  return { id, kind, definition, changes, version, scheduledAt: scheduled_at.toISOString(), state, next, notice };
}

/** Returns one window. @throws DomainError `not_found` */
export async function readWindowView(sql: Sql, id: string): Promise<WindowView> {
  const rows = await sql.query<WindowRow>(`${SELECT_WINDOWS} WHERE w.id = $1`, [id]);
  const [view] = await windowViews(sql, rows);
  if (view === undefined) throw unknownWindow();
  return view;
}
