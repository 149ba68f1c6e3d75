import type { Notice } from './maintenance-notice';
import type { CloseCause, DateChange, SlaClass, WindowDefinition, WindowKind } from './maintenance-window';

/** Stream category of windows and silences: `maintenance-<id>`. Relayed to `public.maintenance.v1`, keyed by window id. */
export const MAINTENANCE_STREAM = 'maintenance';
/** Stream category of occurrences: `occurrence-<window id>@<date>`. Relayed to `public.maintenance.v1`, keyed by occurrence id. */
export const OCCURRENCE_STREAM = 'occurrence';
/** Topic to which the relay publishes the events of windows and of their occurrences. */
export const MAINTENANCE_TOPIC = 'public.maintenance.v1';

export interface MaintenanceScheduled {
  type: 'MaintenanceScheduled';
  data: { windowId: string; definition: WindowDefinition };
}

/** The definition was replaced. Open and closed occurrences stay as they are. */
export interface MaintenanceAmended {
  type: 'MaintenanceAmended';
  data: { windowId: string; definition: WindowDefinition };
}

/** One date was skipped or moved; null: it follows the rule again. */
export interface MaintenanceDateChanged {
  type: 'MaintenanceDateChanged';
  data: { windowId: string; date: string; change: DateChange | null };
}

/** An occurrence whose times moved, ISO 8601. */
export interface MovedOccurrence {
  date: string;
  before: { startsAt: string; endsAt: string };
  after: { startsAt: string; endsAt: string };
}

/** New data of the tz database moved planned occurrences. */
export interface MaintenanceZoneChanged {
  type: 'MaintenanceZoneChanged';
  data: { windowId: string; timeZone: string; zoneData: { before: string; after: string }; moved: MovedOccurrence[] };
}

/**
 * A carrier's notice was imported; `definition` is the window that it announces. What it changed is in other events of the same request.
 */
export interface MaintenanceNoticeImported {
  type: 'MaintenanceNoticeImported';
  data: { windowId: string; notice: Notice; definition: WindowDefinition };
}

/** Planned occurrences are deleted; an open one closes. */
export interface MaintenanceCancelled {
  type: 'MaintenanceCancelled';
  data: { windowId: string };
}

/** A scope was silenced from `startsAt` to `endsAt`. */
export interface MaintenanceSilenced {
  type: 'MaintenanceSilenced';
  data: { windowId: string; scope: string; reason: string; startsAt: string; endsAt: string };
}

export type MaintenanceEvent =
  | MaintenanceScheduled
  | MaintenanceAmended
  | MaintenanceDateChanged
  | MaintenanceZoneChanged
  | MaintenanceNoticeImported
  | MaintenanceCancelled
  | MaintenanceSilenced;

/** An occurrence that has closed opens again if its window was amended to a later time of the same date. */
export interface OccurrenceOpened {
  type: 'OccurrenceOpened';
  data: {
    windowId: string;
    date: string;
    kind: WindowKind;
    title: string;
    scope: string;
    slaClass: SlaClass;
    startsAt: string;
    endsAt: string;
  };
}

/** The open occurrence ends later than planned, or earlier if a carrier's notice shortened it. */
export interface OccurrenceExtended {
  type: 'OccurrenceExtended';
  data: { windowId: string; date: string; endsAt: string };
}

/** `closedAt` is the planned end, or the time of the request that ended it early. `targetCount`: targets that were in it at any time. */
export interface OccurrenceClosed {
  type: 'OccurrenceClosed';
  data: { windowId: string; date: string; closedAt: string; cause: CloseCause; targetCount: number };
}

/** The record of a closed occurrence was corrected: when the work was, and whether it counts in availability. It notifies no one. */
export interface OccurrenceAmended {
  type: 'OccurrenceAmended';
  data: {
    windowId: string;
    date: string;
    startsAt: string;
    closedAt: string;
    slaClass: SlaClass;
    reason: string;
    targetCount: number;
  };
}

export type OccurrenceEvent = OccurrenceOpened | OccurrenceExtended | OccurrenceClosed | OccurrenceAmended;
