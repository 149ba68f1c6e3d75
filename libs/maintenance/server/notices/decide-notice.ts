import { isDeepStrictEqual } from 'node:util';
import type { Notice, NoticeAction, WindowDefinition } from '@icmp-mon/maintenance/contract';
import { mergedDefinition } from './notice-definition';

/** Occurrences are looked for within ten years: a later year is more likely a mistake. */
const AHEAD_MS_MAX = 10 * 365 * 86_400_000;

/** The latest imported notice of a maintenance, and its window. */
export interface KnownNotice {
  windowId: string;
  notice: Notice;
  /** The window that this notice announced. */
  definition: WindowDefinition;
  /** The window as it is now; null if it was cancelled. */
  window: WindowDefinition | null;
  isOpen: boolean;
}

/** A notice and the window that it announces. */
export interface ArrivedNotice {
  notice: Notice;
  startMs: number;
  endMs: number;
  /** Null if it names no object. */
  definition: WindowDefinition | null;
}

export interface NoticeDecision {
  action: NoticeAction;
  why: string;
  /** Definition of the window after `schedule` and `amend`. */
  definition?: WindowDefinition;
}

const nothing = (why: string): NoticeDecision => ({ action: 'none', why });

/** Decides what the import of a notice does. Notices may arrive repeatedly and in any order. */
export function decideNotice(arrived: ArrivedNotice, known: KnownNotice | null, nowMs: number): NoticeDecision {
  const { notice } = arrived;
  if (known !== null && isOlder(notice, known.notice)) {
    return nothing(`A later notice is known, with the sequence ${known.notice.sequence}.`);
  }
  if (known !== null && isSame(arrived, known)) return nothing('It is known already.');
  const isOver = arrived.endMs <= nowMs;
  if (notice.status === 'cancelled' || notice.status === 'completed') return decideEnd(arrived, known, isOver);
  if (isOver) return nothing('It is over.');
  if (arrived.startMs > nowMs + AHEAD_MS_MAX)
    return { action: 'refused', why: 'It begins more than ten years from now.' };
  const { definition } = arrived;
  if (definition === null) return { action: 'refused', why: 'It names no object.' };
  if (known === null) return { action: 'schedule', why: 'It is new.', definition };
  if (known.window === null)
    return { action: 'schedule', why: 'Its window was cancelled: it is scheduled again.', definition };
  const merged = mergedDefinition(known.window, known.definition, definition);
  const why = isDeepStrictEqual(merged, known.window) ? 'The window stays the same.' : 'The window changes.';
  return { action: 'amend', why, definition: merged };
}

function decideEnd({ notice, definition }: ArrivedNotice, known: KnownNotice | null, isOver: boolean): NoticeDecision {
  const isCancelled = notice.status === 'cancelled';
  if (known !== null && known.window !== null) {
    if (isCancelled) return { action: 'cancel', why: 'The carrier cancelled it.' };
    if (known.isOpen) return { action: 'end', why: 'The carrier completed it.' };
    return isOver ? nothing('It is over.') : { action: 'cancel', why: 'The carrier completed it before its time.' };
  }
  if (known !== null) return nothing('Its window is cancelled already.');
  if (isOver || definition === null) return nothing('It has no window.');
  // Recorded, so that an earlier notice that arrives later does not schedule a window.
  return { action: 'cancel', why: 'It has no window: the cancellation is recorded.', definition };
}

/** RFC 5546: by sequence, then by the time of the notice. */
function isOlder(notice: Notice, known: Notice): boolean {
  if (notice.sequence !== known.sequence) return notice.sequence < known.sequence;
  return notice.stampedAt !== null && known.stampedAt !== null && notice.stampedAt < known.stampedAt;
}

const isSame = (arrived: ArrivedNotice, known: KnownNotice): boolean =>
  isDeepStrictEqual(arrived.notice, known.notice) &&
  (arrived.definition === null || isDeepStrictEqual(arrived.definition, known.definition));
