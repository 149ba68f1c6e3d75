import { Injectable, signal } from '@angular/core';

/** The zone in which times are shown: that of the browser, or UTC. */
export type ShownZone = 'local' | 'utc';

const KEPT_UNDER = 'icmp-mon.zone';
const state = signal<ShownZone>('local');

/** A signal, so that a text or a chart computed from it follows the choice. */
export const shownZone = state.asReadonly();

/** The zone's name at an instant (it changes with summer time): `UTC`, `UTC+1`, `UTC+5:30`. */
export function zoneText(at: number | string): string {
  const offsetMin = shownZone() === 'utc' ? 0 : -new Date(at).getTimezoneOffset();
  if (offsetMin === 0) return 'UTC';
  const minutes = Math.abs(offsetMin) % 60;
  const hours = Math.floor(Math.abs(offsetMin) / 60);
  return `UTC${offsetMin < 0 ? '−' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

/** The same for a span; both names where it changes within: `UTC+2, later UTC+1`. */
export function zonesText(fromMs: number, toMs: number): string {
  const [first, last] = [zoneText(fromMs), zoneText(toMs)];
  return first === last ? last : `${first}, later ${last}`;
}

/** Chooses the zone, and keeps the choice in this browser. */
@Injectable({ providedIn: 'root' })
export class ZoneChoice {
  readonly current = shownZone;

  constructor() {
    state.set(localStorage.getItem(KEPT_UNDER) === 'utc' ? 'utc' : 'local');
  }

  toggle(): void {
    showZone(shownZone() === 'utc' ? 'local' : 'utc');
    localStorage.setItem(KEPT_UNDER, shownZone());
  }
}

/** Sets the zone for this page only. */
export function showZone(zone: ShownZone): void {
  state.set(zone);
}
