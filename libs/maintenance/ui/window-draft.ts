import type { ScheduleWindowRequest, SlaClass, WindowDefinition, WindowView } from '@icmp-mon/maintenance/contract';
import { draftOfRule, ONCE, type RuleDraft, ruleOf } from './rule-draft';
import { zonedTime } from './zone-clock';

/** Values of the form of a window. */
export interface WindowDraft extends RuleDraft {
  title: string;
  scope: string;
  timeZone: string;
  date: string;
  startTime: string;
  endTime: string;
  endDayOffset: number;
  slaClass: SlaClass;
  ticket: string;
  reason: string;
  /** Local time of the browser, `2027-03-28T12:00`; empty: when it is scheduled. */
  announcedAt: string;
  /** Dates on which nothing happens, separated by blanks or commas. */
  skipped: string;
}

const HOUR_MS = 3_600_000;

/** Returns the draft of a new window: two hours from the next full hour in the zone of the browser. */
export function newDraft(nowMs: number, timeZone: string): WindowDraft {
  const startMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  const [start, end] = [zonedTime(startMs, timeZone), zonedTime(startMs + 2 * HOUR_MS, timeZone)];
  return {
    ...ONCE,
    ...{ title: '', scope: '', timeZone, date: start.date, startTime: start.time, endTime: end.time },
    ...{ endDayOffset: start.date === end.date ? 0 : 1, slaClass: 'excluded' },
    ...{ ticket: '', reason: '', announcedAt: '', skipped: '' },
  };
}

export function draftOfWindow({ definition, changes }: Pick<WindowView, 'definition' | 'changes'>): WindowDraft {
  const { title, scope, timeZone, date, startTime, endTime, endDayOffset, slaClass } = definition;
  return {
    ...draftOfRule(definition.rrule),
    ...{ title, scope, timeZone, date, startTime, endTime, endDayOffset, slaClass },
    ...{ ticket: definition.ticket ?? '', reason: definition.reason ?? '' },
    announcedAt: definition.announcedAt === null ? '' : localText(definition.announcedAt),
    skipped: skippedDates(changes).join(' '),
  };
}

/** Returns the request of a draft; members that the form does not show stay as in the window that is amended. */
export function requestOf(draft: WindowDraft, before: WindowDefinition | null): ScheduleWindowRequest {
  const { timeZone, date, startTime, endTime, endDayOffset, slaClass } = draft;
  // A number field that was emptied has null.
  const offset = endDayOffset as number | null;
  return {
    ...{ timeZone: timeZone.trim(), date, startTime, endTime, slaClass, endDayOffset: offset ?? 0 },
    ...{ title: draft.title.trim(), scope: draft.scope.trim(), rrule: ruleOf(draft), name: before?.name ?? null },
    ...{ ticket: draft.ticket.trim() || null, reason: draft.reason.trim() || null },
    announcedAt: announcedOf(draft.announcedAt, before),
  };
}

/** The field has minutes: an announcement that was not edited keeps its seconds. */
function announcedOf(text: string, before: WindowDefinition | null): string | null {
  const known = before?.announcedAt ?? null;
  if (text === '') return null;
  return known !== null && localText(known) === text ? known : new Date(text).toISOString();
}

function localText(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Returns the dates of a window that are skipped, in order. */
export const skippedDates = (changes: WindowView['changes']): string[] =>
  Object.entries(changes)
    .flatMap(([date, { kind }]) => (kind === 'skipped' ? [date] : []))
    .sort();

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Reads dates separated by blanks or commas; a text that is none is returned as `fault`. */
export function readDates(text: string): { dates: string[] } | { fault: string } {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const fault = words.find((word) => !DATE.test(word) || Number.isNaN(Date.parse(word)));
  return fault === undefined ? { dates: [...new Set(words)].sort() } : { fault };
}
