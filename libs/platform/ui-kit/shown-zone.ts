import { Injectable, signal } from '@angular/core';

/** The time zone in which times are shown: the browser's, or UTC. */
export type ShownZone = 'local' | 'utc';

const KEPT_UNDER = 'icmp-mon.zone';
const state = signal<ShownZone>('local');

/** The chosen time zone, as a signal: texts and charts computed from it follow the choice. */
export const shownZone = state.asReadonly();

/** Returns the UTC offset of the shown zone at an instant (it changes with daylight saving time): `UTC`, `UTC+1`, `UTC+5:30`. */
export function zoneText(at: number | string): string {
  const offsetMin = shownZone() === 'utc' ? 0 : -new Date(at).getTimezoneOffset();
  if (offsetMin === 0) return 'UTC';
  const minutes = Math.abs(offsetMin) % 60;
  const hours = Math.floor(Math.abs(offsetMin) / 60);
  return `UTC${offsetMin < 0 ? '−' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

/** Returns the UTC offset for a span; both offsets if it changes within the span: `UTC+2, later UTC+1`. */
export function zonesText(fromMs: number, toMs: number): string {
  const [first, last] = [zoneText(fromMs), zoneText(toMs)];
  return first === last ? last : `${first}, later ${last}`;
}

/** Chooses the time zone, and stores the choice in this browser. */
@Injectable({ providedIn: 'root' })
export class ZoneChoice {
  readonly current = shownZone;

  constructor() {
    state.set(localStorage.getItem(KEPT_UNDER) === 'utc' ? 'utc' : 'local');
  }

  toggleZone(): void {
    showZone(shownZone() === 'utc' ? 'local' : 'utc');
    localStorage.setItem(KEPT_UNDER, shownZone());
  }
}

/** Sets the time zone without storing the choice. */
export function showZone(zone: ShownZone): void {
  state.set(zone);
}
