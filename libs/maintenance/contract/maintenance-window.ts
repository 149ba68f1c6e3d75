import type { Notice } from './maintenance-notice';

/** Whether the time of a window counts in the availability that is reported: `excluded` from it, or `counted`. */
export const SLA_CLASSES = ['excluded', 'counted'] as const;
export type SlaClass = (typeof SLA_CLASSES)[number];

/** A planned window, once or recurring; or a silence, which begins when it is requested. */
export const WINDOW_KINDS = ['window', 'silence'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** State of an occurrence. Occurrences that were skipped or cancelled before their start are deleted. */
export const OCCURRENCE_STATES = ['planned', 'open', 'closed'] as const;
export type OccurrenceState = (typeof OCCURRENCE_STATES)[number];

/** Why an occurrence closed: its end was reached, or a person ended it or cancelled the window before. */
export const CLOSE_CAUSES = ['planned_end', 'ended_early', 'cancelled'] as const;
export type CloseCause = (typeof CLOSE_CAUSES)[number];

/**
 * Start and end of one occurrence as the clocks of the window's zone show them. `HH:MM`, 00:00 to 23:59; the end is exclusive and
 * `endDayOffset` days, 0 to 7, after the day of the start.
 */
export interface LocalTimes {
  startTime: string;
  endTime: string;
  endDayOffset: number;
}

/** The definition of a window; also the body of `POST /api/v1/maintenance` and `PUT /api/v1/maintenance/{id}`, where optional members may be absent. */
export interface WindowDefinition extends LocalTimes {
  title: string;
  /** Unique name for configurations and imports; null without one. */
  name: string | null;
  reason: string | null;
  /** Reference to a ticket or an announcement; null without one. */
  ticket: string | null;
  /** Filter of the targets, of tags and of the fields `ip`, `name`, `tier`, `vrf` and `owner`. */
  scope: string;
  slaClass: SlaClass;
  /** Name of a zone of the tz database. */
  timeZone: string;
  /** First date, `YYYY-MM-DD`; with a rule, the first date on which it may match. */
  date: string;
  /** Rule of RFC 5545 for the dates, such as `FREQ=MONTHLY;BYDAY=1TU`; null for a window on one date. */
  rrule: string | null;
  /** When the work was announced, ISO 8601; null for the time at which the window was scheduled. */
  announcedAt: string | null;
}

type Optional = 'name' | 'reason' | 'ticket' | 'slaClass' | 'endDayOffset' | 'rrule' | 'announcedAt';

/** Body of `POST /api/v1/maintenance`, `PUT /api/v1/maintenance/{id}` and `POST /api/v1/maintenance/preview`. */
export type ScheduleWindowRequest = Omit<WindowDefinition, Optional> & Partial<Pick<WindowDefinition, Optional>>;

/** A date of a window that differs from its rule: nothing happens on it, or at another time. `onDate` is the day of the start. */
export type DateChange = { kind: 'skipped' } | ({ kind: 'moved'; onDate: string } & LocalTimes);

/** Body of `PUT /api/v1/maintenance/{id}/occurrences/{date}`: `skip`, or the times, of which absent ones stay as in the window. */
export interface ChangeDateRequest {
  skip?: boolean;
  onDate?: string;
  startTime?: string;
  endTime?: string;
  endDayOffset?: number;
}

/** Body of `POST /api/v1/maintenance/silences`. */
export interface SilenceRequest {
  scope: string;
  /** 1 minute to 7 days. */
  minutes: number;
  reason: string;
}

/** Body of `POST /api/v1/maintenance/{id}/extend`: the open occurrence ends this much later. */
export interface ExtendRequest {
  minutes: number;
}

/** How a start or end was resolved where the clocks change. */
export type ClockNote = 'in_gap' | 'ambiguous';

/** One occurrence of a window. */
export interface OccurrenceView {
  /** `window@date`. */
  id: string;
  windowId: string;
  /** Date by the rule; it stays the same when the occurrence is moved. For a silence, the day of its start in UTC. */
  date: string;
  title: string;
  kind: WindowKind;
  scope: string;
  slaClass: SlaClass;
  state: OccurrenceState;
  /** ISO 8601. */
  startsAt: string;
  /** ISO 8601, exclusive. */
  endsAt: string;
  timeZone: string;
  /** Whether it was moved from the times of the rule. */
  moved: boolean;
  /** Time at which it was opened, which is after `startsAt` if the worker was not running; null before. */
  openedAt: string | null;
  closedAt: string | null;
  closeCause: CloseCause | null;
  /** Targets in it: now while it is open, at any time of it when it has closed; null before it opens. */
  targetCount: number | null;
  amendedAt?: string | null;
  /** Former times at which it was open, of an occurrence whose window was amended after it had closed. */
  earlier?: { startsAt: string; closedAt: string; slaClass: SlaClass }[];
}

/** A window with its next occurrence. */
export interface WindowView {
  id: string;
  kind: WindowKind;
  /** For a silence: scope, reason and times; the zone is UTC. */
  definition: WindowDefinition;
  /** Dates that differ from the rule. */
  changes: Record<string, DateChange>;
  /** Version of the window, also its ETag. */
  version: number;
  scheduledAt: string;
  /** `open` while one of its occurrences is open, `planned` while one is planned, then `over`; `cancelled`. */
  state: 'open' | 'planned' | 'over' | 'cancelled';
  /** The open occurrence, otherwise the next one; null when it is over or cancelled. */
  next: OccurrenceView | null;
  /** The carrier's latest notice, of a window that was imported; null of others. */
  notice: Notice | null;
}

export interface WindowPage {
  items: WindowView[];
  next: string | null;
}

export interface OccurrencePage {
  items: OccurrenceView[];
  next: string | null;
}

/** One occurrence of a preview, in UTC, and as clocks in the zone of the window and of the viewer show it: `YYYY-MM-DDTHH:MM±HH:MM`. */
export interface PreviewedOccurrence {
  date: string;
  startsAt: string;
  endsAt: string;
  inWindowZone: { start: string; end: string };
  inViewerZone: { start: string; end: string };
  /** Notes where the clocks change: null where they do not. */
  startNote: ClockNote | null;
  endNote: ClockNote | null;
  /** Whether the clocks change during the occurrence, or at one of its ends. */
  crossesClockChange: boolean;
  /** Real length in minutes, which differs from that on the wall when the clocks change. */
  minutes: number;
}

/** Response of `POST /api/v1/maintenance/preview`. */
export interface WindowPreview {
  items: PreviewedOccurrence[];
  /** Targets in the scope now. */
  targetCount: number;
  timeZone: string;
  viewerZone: string;
}

/** A target of an occurrence and when it was in it. */
export interface OccurrenceTarget {
  /** Key of the target. */
  key: number;
  /** Null for a target that was removed. */
  target: { id: string; ip: string; vrf: string; name: string | null } | null;
  /** ISO 8601. */
  from: string;
  /** ISO 8601; null while it is in it. */
  to: string | null;
}

export interface OccurrenceTargetPage {
  items: OccurrenceTarget[];
  next: string | null;
}

/** One change of a window, a silence, or one of its occurrences. */
export interface WindowChange {
  at: string;
  /** Actor: `user:<id>`, `api-key:<id>`, or a process. */
  by: string;
  /** Name of the user or API key; null for others. */
  byName: string | null;
  /** The change in words: `extended the occurrence until …`. */
  did: string;
  /** Date of the occurrence that was changed; null for a change of the window itself. */
  date: string | null;
}

export interface WindowChangePage {
  items: WindowChange[];
  next: string | null;
}
