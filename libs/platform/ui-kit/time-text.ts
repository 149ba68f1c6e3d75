import { shownZone, zoneText } from './shown-zone';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats a duration in milliseconds: `0.8 s`, `42 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 10 * SECOND) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`;
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h ${pad(Math.floor((span % HOUR) / MINUTE))} min`;
  return `${Math.floor(span / DAY)} d ${Math.floor((span % DAY) / HOUR)} h`;
}

/** Formats how long ago `iso` was at `nowMs`, in whole seconds, so that lists do not flicker. Null gives a dash. */
export function ageText(iso: string | null | undefined, nowMs: number): string {
  if (!iso) return '–';
  const ms = Math.max(0, nowMs - Date.parse(iso));
  return ms < MINUTE ? `${Math.floor(ms / SECOND)} s` : durationText(ms);
}

/** Formats the time of day of an instant in the chosen zone: `12:03:04`. */
export function clockText(at: number | string): string {
  return fieldsOf(at).slice(3).join(':');
}

/** Formats date and time in the chosen zone, where a heading names the zone: `2026-03-01 12:03:04`. Null gives a dash. */
export function dateTimeText(at: number | string | null | undefined): string {
  if (at === null || at === undefined) return '–';
  return `${fieldsOf(at).slice(0, 3).join('-')} ${clockText(at)}`;
}

/** Formats date, time and UTC offset: `2026-03-01 12:03:04 UTC+1`. Null gives a dash. */
export function instantText(at: number | string | null | undefined): string {
  if (at === null || at === undefined) return '–';
  return `${dateTimeText(at)} ${zoneText(at)}`;
}

function fieldsOf(at: number | string): string[] {
  const date = new Date(at);
  const fields =
    shownZone() === 'utc'
      ? [
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCHours(),
          date.getUTCMinutes(),
          date.getUTCSeconds(),
        ]
      : [
          date.getFullYear(),
          date.getMonth() + 1,
          date.getDate(),
          date.getHours(),
          date.getMinutes(),
          date.getSeconds(),
        ];
  return fields.map(pad);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
