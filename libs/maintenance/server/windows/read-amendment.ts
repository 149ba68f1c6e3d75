import {
  type AmendOccurrenceRequest,
  MAINTENANCE_LIMITS,
  SLA_CLASSES,
  type SlaClass,
} from '@icmp-mon/maintenance/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { absoluteMs } from '@icmp-mon/platform/text';
import { fault, refuseFaults } from './read-definition';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days by which a start may be corrected. */
const MOVED_DAYS_MAX = 7;

/** The record of an occurrence as it is stored. */
export interface OccurrenceRecord {
  state: string;
  startsAt: Date;
  closedAt: Date | null;
  slaClass: SlaClass;
  /** End of the former time at which it was open; null without one. */
  formerEnd: string | null;
}

/** The corrected record. */
export interface Amendment {
  startsAt: Date;
  closedAt: Date;
  slaClass: SlaClass;
}

/**
 * Returns the corrected record of a closed occurrence.
 * @throws DomainError `conflict` for one that has not closed; `invalid` with all faults
 */
export function readAmendment(record: OccurrenceRecord, sent: AmendOccurrenceRequest, nowMs: number): Amendment {
  const { state, startsAt: start, closedAt: end } = record;
  if (state !== 'closed' || end === null) {
    const instead =
      state === 'open' ? 'is open. End it early, or extend it' : 'has not begun. Move or skip it, or amend the window';
    throw new DomainError('conflict', `The occurrence ${instead}.`);
  }
  const startMs = sent.startsAt === undefined ? start.getTime() : absoluteMs(sent.startsAt);
  const endMs = sent.endsAt === undefined ? end.getTime() : absoluteMs(sent.endsAt);
  const slaClass = sent.slaClass ?? record.slaClass;
  const unread: FieldError[] = [
    ...(Number.isNaN(startMs) ? [fault('startsAt', 'must be a time in ISO 8601 with Z or an offset')] : []),
    ...(Number.isNaN(endMs) ? [fault('endsAt', 'must be a time in ISO 8601 with Z or an offset')] : []),
    ...(SLA_CLASSES.includes(slaClass) ? [] : [fault('slaClass', `must be ${SLA_CLASSES.join(' or ')}`)]),
  ];
  refuseFaults(unread);
  const isSame = startMs === start.getTime() && endMs === end.getTime() && slaClass === record.slaClass;
  refuseFaults([
    ...(isSame ? [fault('startsAt', 'or endsAt or slaClass must differ from the record')] : []),
    ...(endMs <= startMs ? [fault('endsAt', 'must be after startsAt')] : []),
    ...(endMs > nowMs ? [fault('endsAt', 'is in the future: a record is of what was')] : []),
    ...(endMs - startMs > MAINTENANCE_LIMITS.spanMinutes * MINUTE_MS
      ? [fault('endsAt', 'makes it longer than 7 days')]
      : []),
    ...(Math.abs(startMs - start.getTime()) > MOVED_DAYS_MAX * DAY_MS
      ? [fault('startsAt', `must be at most ${MOVED_DAYS_MAX} days from the recorded start`)]
      : []),
    ...(record.formerEnd !== null && startMs < Date.parse(record.formerEnd)
      ? [fault('startsAt', 'is before the former time of this date ended')]
      : []),
  ]);
  return { startsAt: new Date(startMs), closedAt: new Date(endMs), slaClass };
}
