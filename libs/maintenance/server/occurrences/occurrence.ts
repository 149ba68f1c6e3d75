import {
  type CloseCause,
  MAINTENANCE_LIMITS,
  OCCURRENCE_STREAM,
  type OccurrenceAmended,
  type OccurrenceEvent,
  type OccurrenceOpened,
} from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { projectOccurrences } from './project-occurrences';

export type OccurrenceState =
  { kind: 'planned' } | { kind: 'open'; startsAt: string; endsAt: string } | { kind: 'closed'; closedAt: string };

const MINUTE_MS = 60_000;

/** Returns the id of an occurrence, which is also that of its stream. */
export const occurrenceId = (windowId: string, date: string): string => `${windowId}@${date}`;

/**
 * Decides to open an occurrence; no event if it was opened before, so that it opens once, also when that is tried again. One that has closed opens
 * again at a later time, which its window was amended to.
 */
export function open(state: OccurrenceState, data: OccurrenceOpened['data']): OccurrenceEvent[] {
  const opens = state.kind === 'planned' || (state.kind === 'closed' && data.startsAt >= state.closedAt);
  return opens ? [{ type: 'OccurrenceOpened', data }] : [];
}

/** Decides to correct the record of a closed occurrence. @throws DomainError `conflict` unless it has closed */
export function amendRecord(state: OccurrenceState, data: OccurrenceAmended['data']): OccurrenceEvent[] {
  if (state.kind !== 'closed')
    throw new DomainError('conflict', 'The occurrence has not closed: it has no record yet.');
  return [{ type: 'OccurrenceAmended', data }];
}

/** Decides to close an occurrence; no event unless it is open. */
export function close(
  state: OccurrenceState,
  windowId: string,
  date: string,
  { closedAt, cause, targetCount }: { closedAt: string; cause: CloseCause; targetCount: number },
): OccurrenceEvent[] {
  if (state.kind !== 'open') return [];
  return [{ type: 'OccurrenceClosed', data: { windowId, date, closedAt, cause, targetCount } }];
}

/** @throws DomainError `conflict` unless it is open; `invalid` if it would be longer than 7 days */
export function extend(state: OccurrenceState, windowId: string, date: string, minutes: number): OccurrenceEvent[] {
  if (state.kind !== 'open') throw new DomainError('conflict', 'The occurrence has closed: it cannot be extended.');
  const endMs = Date.parse(state.endsAt) + minutes * MINUTE_MS;
  if (endMs - Date.parse(state.startsAt) > MAINTENANCE_LIMITS.spanMinutes * MINUTE_MS) {
    const detail = 'The occurrence would be longer than 7 days. Extend it by less, or schedule another window.';
    throw new DomainError('invalid', detail, [{ pointer: '#/minutes', detail: 'makes it longer than 7 days' }]);
  }
  return [{ type: 'OccurrenceExtended', data: { windowId, date, endsAt: new Date(endMs).toISOString() } }];
}

/** Decides at which time an open occurrence ends; no event unless it is open and that changes. */
export function endAt(state: OccurrenceState, windowId: string, date: string, endsAt: string): OccurrenceEvent[] {
  if (state.kind !== 'open' || state.endsAt === endsAt) return [];
  return [{ type: 'OccurrenceExtended', data: { windowId, date, endsAt } }];
}

function evolve(state: OccurrenceState, event: OccurrenceEvent): OccurrenceState {
  switch (event.type) {
    case 'OccurrenceOpened':
      return { kind: 'open', startsAt: event.data.startsAt, endsAt: event.data.endsAt };
    case 'OccurrenceExtended':
      return state.kind === 'open' ? { ...state, endsAt: event.data.endsAt } : state;
    case 'OccurrenceClosed':
      return { kind: 'closed', closedAt: event.data.closedAt };
    case 'OccurrenceAmended':
      return { kind: 'closed', closedAt: event.data.closedAt };
    default:
      // An event of a newer release.
      event satisfies never;
      return state;
  }
}

/** One date of a window, from its opening on. What is planned is only a row: it may still move. */
export const OCCURRENCE: Aggregate<OccurrenceState, OccurrenceEvent> = {
  category: OCCURRENCE_STREAM,
  initial: { kind: 'planned' },
  evolve,
  project: projectOccurrences,
};
