/** Date and time that the clocks of a zone show at an instant. */
export interface ZonedTime {
  /** `2027-03-28` */
  date: string;
  /** `02:30` */
  time: string;
  /** `UTC+2`, `UTC−3:30`, `UTC` */
  offset: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'longOffset' },
  });
  formats.set(zone, format);
  return format;
}

/** Returns what the clocks of a zone show; of UTC for a zone that this browser does not know. */
export function zonedTime(at: string | number, zone: string): ZonedTime {
  const parts = new Map(partsOf(new Date(at), zone).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
    offset: offsetText(part('timeZoneName')),
  };
}

function partsOf(at: Date, zone: string): Intl.DateTimeFormatPart[] {
  try {
    return formatOf(zone).formatToParts(at);
  } catch (error) {
    // The server's release of the tz database may be newer than the browser's.
    if (!(error instanceof RangeError)) throw error;
    return formatOf('UTC').formatToParts(at);
  }
}

/** `GMT+02:00` becomes `UTC+2`. */
function offsetText(name: string): string {
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (match === null || name.endsWith('00:00')) return 'UTC';
  const [, sign, hours, minutes] = match;
  return `UTC${sign === '-' ? '−' : '+'}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
}

/** Returns a span in a zone: `2027-03-28 02:00 – 04:00 UTC+2`; the second date and offset only where they differ. */
export function spanText(from: string | number, to: string | number, zone: string): string {
  const [start, end] = [zonedTime(from, zone), zonedTime(to, zone)];
  const endDate = start.date === end.date ? '' : `${end.date} `;
  const startOffset = start.offset === end.offset ? '' : ` ${start.offset}`;
  return `${start.date} ${start.time}${startOffset} – ${endDate}${end.time} ${end.offset}`;
}

/** Returns the zone of this browser. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Returns the names of all zones that this browser knows, with UTC. */
export const knownZones = (): string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
];

const DAY_MS = 86_400_000;

/** Returns the date that is some days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Returns the day of the week of a date: 0 for Monday to 6 for Sunday. */
export const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

/** Returns the days from one date to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
