import type { StreamBatch } from '@icmp-mon/platform/live-stream';
import type { TargetView } from '@icmp-mon/targets/contract';
import { type ListQuery, matches, moves } from './list-query';
import type { RowMarks } from './row-marks';
import type { RowWindow } from './row-window';

/** A target registered less than this long ago may be missing from the loaded pages, ms. */
const NEW_FOR_MS = 60_000;

/** The list to which changes are applied. */
export interface ChangedList {
  window: RowWindow;
  marks: RowMarks;
  query: ListQuery;
  /** Time of the installation's clock, ms since 1970. */
  nowMs: number;
}

/** Applies changes of the stream to the loaded rows in place, and marks what changed. */
export function applyChanges({ targets, removed }: StreamBatch, list: ChangedList): void {
  for (const after of targets) applyRow(after, list);
  for (const id of removed) if (list.window.rowOf(id) !== undefined) list.marks.markRemoved(id);
}

function applyRow(after: TargetView, list: ChangedList): void {
  const { window, marks, query } = list;
  const before = window.rowOf(after.id);
  if (before === undefined) {
    // A row of a page that is not loaded cannot be distinguished from a new row; both are counted only if they match.
    if (matches(after, query) && isNew(after, list)) marks.markOutOfPlace(after.id);
    return;
  }
  marks.markPresent(after.id);
  if (moves(before, after, query)) marks.markOutOfPlace(after.id);
  if (before.status !== after.status || before.reason !== after.reason) marks.tint(after.id, Date.now());
  window.replaceRow(after);
}

function isNew(view: TargetView, { window, nowMs }: ChangedList): boolean {
  return window.loadedRows >= window.length || nowMs - Date.parse(view.registeredAt) < NEW_FOR_MS;
}
