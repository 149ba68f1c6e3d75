import {
  MAINTENANCE_LIMITS,
  type Notice,
  NOTICE_IMPACTS,
  NOTICE_STATUSES,
  type NoticeImpact,
  type NoticeObject,
  type NoticeStatus,
} from '@icmp-mon/maintenance/contract';
import { calendarTime, durationMs, type TimeContext } from './calendar-times';
import { type CalendarComponent, type CalendarProperty, textOf } from './content-lines';

/** Characters of an id in a notice, which is also the longest value of a tag. */
const ID_LENGTH_MAX = 200;
/** Characters that names and titles do not have: those without a glyph, and blanks other than the space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800\ufffd]+/gu;
const MINUTE_MS = 60_000;

/** An event of a calendar that is a notice. Times are whole minutes that contain the announced ones. */
export interface ReadNotice {
  notice: Notice;
  summary: string;
  startMs: number;
  endMs: number;
  notes: string[];
}

/** An event that cannot be imported; `fault` is the end of a sentence. */
export interface NoNotice {
  fault: string;
  summary: string;
}

/** Returns the notice that an event of a calendar is, by the MAINTNOTE standard (docs/how-to/import-maintenance-notices.md). */
export function readNotice(event: CalendarComponent, method: string, context: TimeContext): ReadNotice | NoNotice {
  const all = (name: string): CalendarProperty[] => event.properties.filter((each) => each.name === name);
  const text = (name: string, lengthMax = ID_LENGTH_MAX): string => plain(all(name)[0]?.value ?? '', lengthMax);
  const summary = text('SUMMARY', MAINTENANCE_LIMITS.titleLength);
  const refused = (fault: string): NoNotice => ({ fault, summary });

  const provider = text('X-MAINTNOTE-PROVIDER');
  const ids = all('X-MAINTNOTE-MAINTENANCE-ID');
  const primary = ids.find(({ parameters }) => parameters.get('X-MAINTNOTE-PRECEDENCE')?.toUpperCase() === 'PRIMARY');
  const maintenanceId = plain((primary ?? ids[0])?.value ?? '', ID_LENGTH_MAX);
  if (provider === '' || maintenanceId === '') {
    const missing = provider === '' ? 'X-MAINTNOTE-PROVIDER' : 'X-MAINTNOTE-MAINTENANCE-ID';
    return refused(`has no ${missing}: it is not a notice of the MAINTNOTE standard`);
  }
  if (['RRULE', 'RDATE'].some((name) => all(name).length > 0)) {
    return refused('recurs, which notices do not. Schedule a window with a rule instead');
  }
  const sequence = all('SEQUENCE')[0]?.value.trim() ?? '0';
  if (!/^\d{1,9}$/.test(sequence)) return refused('has a SEQUENCE that is not a number');
  const times = timesOf(event, context);
  if ('fault' in times) return refused(times.fault);

  const notes = times.isFloating ? [`Its times have no zone: they were read in ${context.timeZone}.`] : [];
  const status = statusOf(text('X-MAINTNOTE-STATUS'), text('STATUS'), method);
  if (status.note !== null) notes.push(status.note);
  const impact = impactOf(text('X-MAINTNOTE-IMPACT'));
  const notice: Notice = {
    ...{ provider, account: text('X-MAINTNOTE-ACCOUNT'), maintenanceId, uid: text('UID') },
    ...{ sequence: Number(sequence), stampedAt: stampOf(all('DTSTAMP')[0], context) },
    ...{ status: status.status, impact, objects: objectsOf(all('X-MAINTNOTE-OBJECT-ID'), impact) },
  };
  return { notice, summary, startMs: times.startMs, endMs: times.endMs, notes };
}

/** Returns a text of a notice as one line that the product accepts as a name. */
const plain = (value: string, lengthMax: number): string =>
  shortened(textOf(value).normalize('NFC').replace(UNSEEN, ' ').trim(), lengthMax);

/** Returns the beginning of a text, without half of a surrogate pair at its end. */
export const shortened = (text: string, lengthMax: number): string =>
  text
    .slice(0, lengthMax)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();

function timesOf(
  { properties }: CalendarComponent,
  context: TimeContext,
): { startMs: number; endMs: number; isFloating: boolean } | { fault: string } {
  const property = (name: string): CalendarProperty | undefined => properties.find((each) => each.name === name);
  const [starting, ending, duration] = ['DTSTART', 'DTEND', 'DURATION'].map(property);
  if (starting === undefined) return { fault: 'has no DTSTART' };
  const start = calendarTime(starting, context);
  if ('fault' in start) return start;
  const end = ending === undefined ? null : calendarTime(ending, context);
  if (end !== null && 'fault' in end) return end;
  const lengthMs = duration === undefined ? null : durationMs(duration.value);
  if (end === null && lengthMs === null) return { fault: 'has neither DTEND nor a valid DURATION' };
  const endMs = Math.ceil((end?.atMs ?? start.atMs + (lengthMs ?? 0)) / MINUTE_MS) * MINUTE_MS;
  const startMs = Math.floor(start.atMs / MINUTE_MS) * MINUTE_MS;
  if (endMs <= startMs) return { fault: 'ends before it begins, or at the same time' };
  if (endMs - startMs > MAINTENANCE_LIMITS.spanMinutes * MINUTE_MS) {
    return { fault: 'is longer than 7 days. Schedule windows for the times at which work is expected' };
  }
  return { startMs, endMs, isFloating: start.isFloating || end?.isFloating === true };
}

function stampOf(property: CalendarProperty | undefined, context: TimeContext): string | null {
  const stamp = property === undefined ? null : calendarTime(property, context);
  return stamp === null || 'fault' in stamp ? null : new Date(stamp.atMs).toISOString();
}

/** The status of the standard, otherwise that of the event or the method of the calendar. Values of a carrier's own are definite work. */
function statusOf(own: string, ofEvent: string, method: string): { status: NoticeStatus; note: string | null } {
  const name = own.toLowerCase().replaceAll('-', '_');
  const known = NOTICE_STATUSES.find((each) => each === name);
  if (known !== undefined) return { status: known, note: null };
  if (method === 'CANCEL' || ofEvent.toUpperCase() === 'CANCELLED') return { status: 'cancelled', note: null };
  if (own === '') return { status: ofEvent.toUpperCase() === 'TENTATIVE' ? 'tentative' : 'confirmed', note: null };
  return { status: 'confirmed', note: `Its status "${own}" is not of the standard: it is taken as confirmed.` };
}

const impactOf = (text: string): NoticeImpact =>
  NOTICE_IMPACTS.find((each) => each === text.toLowerCase().replaceAll('-', '_')) ?? 'outage';

/** The objects by id; one without an impact of its own has that of the notice. */
function objectsOf(properties: readonly CalendarProperty[], impact: NoticeImpact): NoticeObject[] {
  const objects = new Map<string, NoticeObject>();
  for (const { value, parameters } of properties) {
    const id = plain(value, ID_LENGTH_MAX);
    const own = parameters.get('X-MAINTNOTE-OBJECT-IMPACT');
    if (id !== '' && !objects.has(id)) objects.set(id, { id, impact: own === undefined ? impact : impactOf(own) });
  }
  return [...objects.values()];
}
