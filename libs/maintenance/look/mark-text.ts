import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';
import { dateTimeText, zoneText } from '@icmp-mon/platform/ui-kit';

/** Returns until when a mark is: the time of the day, with the date unless it is today. */
function untilText({ until }: Pick<TargetMaintenance, 'until'>, nowMs: number): string {
  const [date, time] = dateTimeText(until).split(' ');
  const minutes = time.slice(0, 5);
  return dateTimeText(nowMs).startsWith(date) ? minutes : `${date} ${minutes}`;
}

/** A mark that ends later shows its date instead of its time, ms. */
const SHOWS_TIME_MS = 20 * 3_600_000;

/** Returns until when a mark is, in at most ten characters for a list: the time, or the date if that is far. */
export function shortUntil({ until }: Pick<TargetMaintenance, 'until'>, nowMs: number): string {
  const [date, time] = dateTimeText(until).split(' ');
  return Date.parse(until) - nowMs < SHOWS_TIME_MS ? time.slice(0, 5) : date;
}

/** Returns what a mark means: `In maintenance until 14:05 UTC+1: Line cards, scheduled by ada`. */
export function markText(mark: TargetMaintenance, nowMs: number): string {
  const isSilence = mark.kind === 'silence';
  const by = mark.by === null ? '' : `, ${isSilence ? 'silenced' : 'scheduled'} by ${mark.by}`;
  return `${isSilence ? 'Silenced' : 'In maintenance'} until ${untilText(mark, nowMs)} ${zoneText(mark.until)}: ${mark.title}${by}`;
}
