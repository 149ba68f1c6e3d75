/** Status of a carrier's notice, as X-MAINTNOTE-STATUS of the MAINTNOTE standard. */
export const NOTICE_STATUSES = ['tentative', 'confirmed', 'in_process', 'completed', 'cancelled'] as const;
export type NoticeStatus = (typeof NOTICE_STATUSES)[number];

/** Expected impact, as X-MAINTNOTE-IMPACT; unknown ones are `outage`. */
export const NOTICE_IMPACTS = ['no_impact', 'reduced_redundancy', 'degraded', 'outage'] as const;
export type NoticeImpact = (typeof NOTICE_IMPACTS)[number];

/** A circuit or other service that a notice names by X-MAINTNOTE-OBJECT-ID. */
export interface NoticeObject {
  id: string;
  impact: NoticeImpact;
}

/** Identity of the notices of one maintenance of a carrier; `account` and `uid` are empty if the notice has none. */
export interface NoticeKey {
  provider: string;
  account: string;
  maintenanceId: string;
  uid: string;
}

/** A carrier's notice. A later one of the same key has a higher `sequence`, or the same and a later `stampedAt`. */
export interface Notice extends NoticeKey {
  sequence: number;
  /** DTSTAMP, ISO 8601; null without one. */
  stampedAt: string | null;
  status: NoticeStatus;
  impact: NoticeImpact;
  objects: NoticeObject[];
}

/** Body of `POST /api/v1/maintenance/imports` and `POST /api/v1/maintenance/imports/preview`. */
export interface ImportNoticesRequest {
  /** Text of the `.ics` file. */
  calendar: string;
  /** Key of the tag whose values are the ids of objects; `circuit` unless set. */
  tag?: string;
  /** Zone of times that have none; UTC unless set. */
  timeZone?: string;
}

export const NOTICE_TAG = 'circuit';

/** Effect of the import of a notice: `none` if it is known already, older than what is known, or over; `refused` if it cannot be imported. */
export const NOTICE_ACTIONS = ['schedule', 'amend', 'cancel', 'end', 'none', 'refused'] as const;
export type NoticeAction = (typeof NOTICE_ACTIONS)[number];

/** An object of a notice and the targets that it maps to. */
export interface MappedObject extends NoticeObject {
  /** Whether the scope of the window has it; one without impact is left out if others have one. */
  isCovered: boolean;
  /** Targets that have it now, counted only if it is covered; 0: the object maps to no target. */
  targetCount: number;
}

/** A notice of an imported file and what becomes of it. */
export interface ImportedNotice {
  /** Null for an event that is not a notice. */
  notice: NoticeKey | null;
  summary: string;
  status: NoticeStatus | null;
  impact: NoticeImpact | null;
  startsAt: string | null;
  endsAt: string | null;
  objects: MappedObject[];
  /** Filter of the targets; null if there is none. */
  scope: string | null;
  action: NoticeAction;
  /** Why it is this action, or why the notice was refused. */
  why: string;
  /** Remarks, such as objects that map to no target. */
  notes: string[];
  /** Window of the notice; null if it has none, or before it is scheduled. */
  windowId: string | null;
}

/** Response of `POST /api/v1/maintenance/imports` and of its preview, which changes nothing. */
export interface NoticeImport {
  items: ImportedNotice[];
}
