import {
  MAINTENANCE_LIMITS,
  type ScheduleWindowRequest,
  SLA_CLASSES,
  type WindowDefinition,
} from '@icmp-mon/maintenance/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { absoluteMs, plainLinesFault, plainTextFault } from '@icmp-mon/platform/text';
import { parseScope } from '@icmp-mon/targets/contract';
import { isDate, ruleFault } from '../occurrences/date-rule';
import { wallMs, zoneName } from '../occurrences/zone-times';

export const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const MINUTE_MS = 60_000;

/** The members whose faults do not depend on others. */
type Text = 'title' | 'name' | 'reason' | 'ticket';

/**
 * Returns the complete definition of a window that was sent.
 * @throws DomainError `invalid` with all faults
 */
export function readDefinition(sent: ScheduleWindowRequest): WindowDefinition {
  const zone = zoneName(sent.timeZone);
  const definition: WindowDefinition = {
    title: sent.title,
    name: sent.name ?? null,
    reason: sent.reason ?? null,
    ticket: sent.ticket ?? null,
    scope: sent.scope,
    slaClass: sent.slaClass ?? 'excluded',
    timeZone: zone ?? sent.timeZone,
    date: sent.date,
    startTime: sent.startTime,
    endTime: sent.endTime,
    endDayOffset: sent.endDayOffset ?? 0,
    rrule: sent.rrule ?? null,
    announcedAt: sent.announcedAt ?? null,
  };
  refuseFaults([
    ...textFaults(definition),
    ...scopeFaults(definition.scope),
    ...(zone === null ? [fault('timeZone', 'is not a zone of the tz database, such as Europe/Berlin or UTC')] : []),
    ...timeFaults(definition),
    ...(SLA_CLASSES.includes(definition.slaClass) ? [] : [fault('slaClass', `must be ${SLA_CLASSES.join(' or ')}`)]),
    ...announcementFaults(definition.announcedAt),
  ]);
  return definition;
}

/** @throws DomainError `invalid` if there are faults */
export function refuseFaults(faults: FieldError[]): void {
  if (faults.length === 0) return;
  const listed = faults.map(({ pointer, detail }) => `${pointer.slice(2)} ${detail}`).join('; ');
  throw new DomainError('invalid', `The window is not valid: ${listed}.`, faults);
}

export const fault = (member: string, detail: string): FieldError => ({ pointer: `#/${member}`, detail });

function textFaults(definition: Pick<WindowDefinition, Text>): FieldError[] {
  const lengths = MAINTENANCE_LIMITS;
  return [
    ...textFault('title', definition.title, lengths.titleLength, plainTextFault),
    ...textFault('name', definition.name, lengths.nameLength, plainTextFault),
    ...textFault('reason', definition.reason, lengths.reasonLength, plainLinesFault),
    ...textFault('ticket', definition.ticket, lengths.ticketLength, plainTextFault),
  ];
}

function textFault(
  member: Text,
  value: string | null,
  lengthMax: number,
  faultOf: (text: string) => string | null,
): FieldError[] {
  if (value === null) return [];
  if (value.trim() === '' || value.length > lengthMax) {
    return [fault(member, `must have 1 to ${lengthMax.toLocaleString('en')} characters`)];
  }
  const detail = faultOf(value);
  return detail === null ? [] : [fault(member, detail)];
}

/** Returns why a text is not the scope of a window. */
export function scopeFaults(scope: string): FieldError[] {
  const parsed = parseScope(scope);
  return parsed.ok ? [] : [fault('scope', `is not a filter of targets: ${parsed.fault.detail}`)];
}

function timeFaults(definition: WindowDefinition): FieldError[] {
  const { date, startTime, endTime, endDayOffset, rrule } = definition;
  const faults = timesFaults({ startTime, endTime, endDayOffset });
  if (!isDate(date)) return [...faults, fault('date', 'must be a date from 2000 to 2199, such as 2027-03-28')];
  if (rrule === null) return faults;
  if (rrule.length > MAINTENANCE_LIMITS.rruleLength) {
    return [...faults, fault('rrule', `must have at most ${MAINTENANCE_LIMITS.rruleLength} characters`)];
  }
  const detail = ruleFault(rrule, date);
  return detail === null ? faults : [...faults, fault('rrule', detail)];
}

/** Returns what is wrong with the local times of an occurrence. */
export function timesFaults(times: { startTime: string; endTime: string; endDayOffset: number }): FieldError[] {
  const { startTime, endTime, endDayOffset } = times;
  const faults = Object.entries({ startTime, endTime }).flatMap(([member, time]) =>
    CLOCK_TIME.test(time) ? [] : [fault(member, 'must be a time of the clock from 00:00 to 23:59')],
  );
  const { endDayOffset: daysMax, spanMinutes } = MAINTENANCE_LIMITS;
  if (!Number.isInteger(endDayOffset) || endDayOffset < 0 || endDayOffset > daysMax) {
    faults.push(fault('endDayOffset', `must be a number of days from 0 to ${daysMax}`));
  }
  if (faults.length > 0) return faults;
  const minutes = wallMs('2000-01-01', times) / MINUTE_MS;
  if (minutes <= 0) {
    return [fault('endTime', 'must be after startTime; for an end on a later day, set endDayOffset to 1 or more')];
  }
  if (minutes > spanMinutes) return [fault('endDayOffset', 'makes the window longer than 7 days')];
  return [];
}

function announcementFaults(announcedAt: string | null): FieldError[] {
  if (announcedAt === null || !Number.isNaN(absoluteMs(announcedAt))) return [];
  return [fault('announcedAt', 'must be a time in ISO 8601 with Z or an offset, or a date')];
}
