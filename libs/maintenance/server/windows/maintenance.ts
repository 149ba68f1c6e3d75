import { isDeepStrictEqual } from 'node:util';
import {
  type DateChange,
  MAINTENANCE_LIMITS,
  MAINTENANCE_STREAM,
  type MaintenanceEvent,
  type MaintenanceSilenced,
  type MovedOccurrence,
  type WindowDefinition,
} from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { type Changes, hasDate } from '../occurrences/planned-occurrences';
import { projectMaintenance } from './project-maintenance';

export type MaintenanceState =
  | { kind: 'absent' }
  | { kind: 'window'; definition: WindowDefinition; changes: Changes }
  | { kind: 'silence' }
  | { kind: 'cancelled' };

type Window = Extract<MaintenanceState, { kind: 'window' }>;

/** @throws DomainError `conflict` if the id is in use */
export function schedule(state: MaintenanceState, windowId: string, definition: WindowDefinition): MaintenanceEvent[] {
  requireAbsent(state);
  return [{ type: 'MaintenanceScheduled', data: { windowId, definition } }];
}

/** @throws DomainError `conflict` if the id is in use */
export function silence(state: MaintenanceState, data: MaintenanceSilenced['data']): MaintenanceEvent[] {
  requireAbsent(state);
  return [{ type: 'MaintenanceSilenced', data }];
}

/**
 * Replaces the definition. Returns no event if nothing changes.
 * @throws DomainError `not_found`; `conflict` for a silence, or after a cancellation
 */
export function amend(state: MaintenanceState, windowId: string, definition: WindowDefinition): MaintenanceEvent[] {
  const before = existingWindow(state, 'amended');
  if (isDeepStrictEqual(before.definition, definition)) return [];
  return [{ type: 'MaintenanceAmended', data: { windowId, definition } }];
}

/**
 * Skips or moves one date; null lets it follow the rule again. Returns no event if nothing changes.
 * @throws DomainError `not_found` for a date that the rule does not have; `conflict`
 */
export function changeDate(
  state: MaintenanceState,
  windowId: string,
  date: string,
  change: DateChange | null,
): MaintenanceEvent[] {
  const { definition, changes } = existingWindow(state, 'changed');
  const known = Object.hasOwn(changes, date) ? changes[date] : null;
  if (isDeepStrictEqual(known, change)) return [];
  if (change !== null && !hasDate(definition, date)) {
    throw new DomainError('not_found', `The window has no occurrence on ${date}: its rule does not match that date.`);
  }
  if (change !== null && known === null && Object.keys(changes).length >= MAINTENANCE_LIMITS.changedDates) {
    const detail = `${MAINTENANCE_LIMITS.changedDates} dates of the window differ from its rule, which is the limit. Restore some, or amend the rule.`;
    throw new DomainError('conflict', detail);
  }
  return [{ type: 'MaintenanceDateChanged', data: { windowId, date, change } }];
}

/** Records that new zone data moved occurrences of a window; no event if it was cancelled in the meantime. */
export function changeZone(
  state: MaintenanceState,
  windowId: string,
  zoneData: { before: string; after: string },
  moved: MovedOccurrence[],
): MaintenanceEvent[] {
  if (state.kind !== 'window' || moved.length === 0) return [];
  const { timeZone } = state.definition;
  return [{ type: 'MaintenanceZoneChanged', data: { windowId, timeZone, zoneData, moved } }];
}

/** Returns no event if it was cancelled before. @throws DomainError `not_found` */
export function cancel(state: MaintenanceState, windowId: string): MaintenanceEvent[] {
  if (state.kind === 'absent') throw unknownWindow();
  return state.kind === 'cancelled' ? [] : [{ type: 'MaintenanceCancelled', data: { windowId } }];
}

export const unknownWindow = (): DomainError =>
  new DomainError('not_found', 'There is no such window. GET /api/v1/maintenance lists all windows.');

function requireAbsent(state: MaintenanceState): void {
  if (state.kind !== 'absent') throw new DomainError('conflict', 'The id is in use. Send the request again.');
}

function existingWindow(state: MaintenanceState, what: string): Window {
  switch (state.kind) {
    case 'window':
      return state;
    case 'absent':
      throw unknownWindow();
    case 'silence':
      throw new DomainError('conflict', `A silence cannot be ${what}. Extend it, or end it and request another.`);
    case 'cancelled':
      throw new DomainError('conflict', `The window was cancelled and cannot be ${what}. Schedule another one.`);
  }
}

function evolve(state: MaintenanceState, event: MaintenanceEvent): MaintenanceState {
  switch (event.type) {
    case 'MaintenanceScheduled':
      return { kind: 'window', definition: event.data.definition, changes: {} };
    case 'MaintenanceAmended':
      return state.kind === 'window' ? { ...state, definition: event.data.definition } : state;
    case 'MaintenanceDateChanged':
      return state.kind === 'window' ? { ...state, changes: withChange(state.changes, event.data) } : state;
    case 'MaintenanceSilenced':
      return { kind: 'silence' };
    case 'MaintenanceCancelled':
      return { kind: 'cancelled' };
    case 'MaintenanceZoneChanged':
    case 'MaintenanceNoticeImported':
      return state;
    default:
      // An event of a newer release.
      event satisfies never;
      return state;
  }
}

function withChange(changes: Changes, { date, change }: { date: string; change: DateChange | null }): Changes {
  const others = Object.entries(changes).filter(([each]) => each !== date);
  return Object.fromEntries(change === null ? others : [...others, [date, change]]);
}

/** Windows and silences. Their occurrences have streams of their own. */
export const MAINTENANCE: Aggregate<MaintenanceState, MaintenanceEvent> = {
  category: MAINTENANCE_STREAM,
  initial: { kind: 'absent' },
  evolve,
  project: projectMaintenance,
};
