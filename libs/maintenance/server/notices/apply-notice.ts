import type { MaintenanceEvent, Notice, WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { closeAll, closeOpen } from '../occurrences/close-occurrence';
import { expandWindow } from '../occurrences/expand-window';
import { amend, cancel, MAINTENANCE, type MaintenanceState, schedule } from '../windows/maintenance';
import type { KnownNotice, NoticeDecision } from './decide-notice';
import { followOpen } from './follow-open';

interface DecidedNotice {
  notice: Notice;
  known: KnownNotice | null;
  decision: NoticeDecision;
  /** Null if the notice names no object; then the known one stays. */
  announced: WindowDefinition | null;
  nowMs: number;
  metadata: RequestMetadata;
}

/** Does what was decided, in the caller's transaction, which holds the locks of the notice and of its window. Returns the window. */
export async function applyNotice(sql: Sql, store: EventStore, decided: DecidedNotice): Promise<string | null> {
  const { notice, known, decision, nowMs, metadata } = decided;
  const { action } = decision;
  if (action === 'none' || action === 'refused') return known?.windowId ?? null;
  const isNew = action === 'schedule' || known === null;
  const windowId = isNew ? newId() : known.windowId;
  const announced = decided.announced ?? known?.definition;
  if (announced === undefined) throw new Error('A notice without a window was to be imported.');
  const definition = decision.definition ?? announced;
  const imported: MaintenanceEvent = {
    type: 'MaintenanceNoticeImported',
    data: { windowId, notice, definition: announced },
  };
  const decide = (state: MaintenanceState): MaintenanceEvent[] => [
    ...(isNew ? schedule(state, windowId, definition) : []),
    ...(action === 'amend' ? amend(state, windowId, definition) : []),
    imported,
    // The state of a new window is not the decided one yet.
    ...(action === 'cancel' ? (isNew ? [cancelled(windowId)] : cancel(state, windowId)) : []),
  ];
  await store.executeWithin(sql, MAINTENANCE, windowId, decide, { metadata });
  const at = new Date(nowMs);
  if (action === 'cancel') await closeAll(sql, store, windowId, at, metadata);
  if (action === 'amend') await followOpen(sql, store, windowId, { definition, at, metadata });
  if (action === 'end') await closeOpen(sql, store, windowId, { at, cause: 'ended_early', metadata });
  if (action !== 'cancel') await expandWindow(sql, windowId, nowMs);
  return windowId;
}

const cancelled = (windowId: string): MaintenanceEvent => ({ type: 'MaintenanceCancelled', data: { windowId } });
