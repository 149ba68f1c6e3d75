import type { OccurrenceView, WindowView } from '@icmp-mon/maintenance/contract';
import { durationText, shownZone } from '@icmp-mon/platform/ui-kit';
import { browserZone, spanText } from './zone-clock';

const STATE_TEXTS: Readonly<Record<WindowView['state'], string>> = {
  open: 'open now',
  planned: 'planned',
  over: 'over',
  cancelled: 'cancelled',
};

/** Returns what is happening with a window: `open now, ends in 1 h 20 min`, `begins in 2 d 4 h`, `over`. */
export function stateText({ state, next }: Pick<WindowView, 'state' | 'next'>, nowMs: number): string {
  if (next === null) return state === 'planned' ? 'planned in more than 400 days' : STATE_TEXTS[state];
  if (state === 'open') return `open now, ends in ${inText(next.endsAt, nowMs)}`;
  return state === 'planned' ? `begins in ${inText(next.startsAt, nowMs)}` : STATE_TEXTS[state];
}

const inText = (at: string, nowMs: number): string => durationText(Math.max(0, Date.parse(at) - nowMs));

/** Returns the state of an occurrence, with why it closed. */
export function occurrenceStateText({ state, closeCause }: Pick<OccurrenceView, 'state' | 'closeCause'>): string {
  if (state !== 'closed') return state === 'open' ? 'open now' : 'planned';
  if (closeCause === 'ended_early') return 'ended early';
  return closeCause === 'cancelled' ? 'cancelled' : 'closed';
}

/** Returns when an occurrence is, in a zone; one that closed early, until then. */
export const occurrenceText = ({ startsAt, endsAt, closedAt }: OccurrenceView, zone: string): string =>
  spanText(startsAt, closedAt ?? endsAt, zone);

/** Returns the zone in which the portal shows times: UTC, or that of this browser. */
export const portalZone = (): string => (shownZone() === 'utc' ? 'UTC' : browserZone());

/** Returns a length in minutes as words: `30 min`, `2 h`, `1 h 30 min`. */
export function minutesText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** Returns whether the time of a window counts. */
export const slaText = (slaClass: 'excluded' | 'counted'): string =>
  slaClass === 'excluded' ? 'left out of availability' : 'counts in availability';

/** Returns how a window is called: a silence by its reason. */
export const windowTitle = ({ kind, definition }: Pick<WindowView, 'kind' | 'definition'>): string =>
  kind === 'silence' ? `Silence: ${definition.reason ?? definition.scope}` : definition.title;

/** Returns how an occurrence is called: that of a silence by its targets. */
export const occurrenceTitle = ({ kind, title, scope }: Pick<OccurrenceView, 'kind' | 'title' | 'scope'>): string =>
  kind === 'silence' ? `Silence ${scope}` : title;
