/** A line of a calendar has at most this many octets, without its end. */
const LINE_OCTETS_MAX = 75;

export type EventStatus = 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';

/** An event of a feed. Times are ms since 1970. */
export interface CalendarEvent {
  uid: string;
  /** Rises with each change. */
  sequence: number;
  changedMs: number;
  startMs: number;
  endMs: number;
  summary: string;
  description: string;
  status: EventStatus;
}

/** Returns a calendar of RFC 5545. Times are in UTC, so that it needs no VTIMEZONE; it has no time of its own, so that equal events are equal texts. */
export function calendarText(events: readonly CalendarEvent[]): string {
  return [
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//ICMP-Mon//maintenance//EN',
      'CALSCALE:GREGORIAN',
      'METHOD:PUBLISH',
    ],
    ...['X-WR-CALNAME:Maintenance', 'REFRESH-INTERVAL;VALUE=DURATION:PT15M', 'X-PUBLISHED-TTL:PT15M'],
    ...events.flatMap(eventLines),
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

function eventLines({
  uid,
  sequence,
  changedMs,
  startMs,
  endMs,
  summary,
  description,
  status,
}: CalendarEvent): string[] {
  return [
    ...['BEGIN:VEVENT', `UID:${uid}`, `SEQUENCE:${sequence}`],
    ...[`DTSTAMP:${timeText(changedMs)}`, `LAST-MODIFIED:${timeText(changedMs)}`, `DTSTART:${timeText(startMs)}`],
    // Without DTEND, an event that ended as it began has no length; an equal DTEND is not allowed.
    ...(endMs > startMs ? [`DTEND:${timeText(endMs)}`] : []),
    ...[`SUMMARY:${escaped(summary)}`, `DESCRIPTION:${escaped(description)}`, `STATUS:${status}`],
    ...['CATEGORIES:MAINTENANCE', 'TRANSP:TRANSPARENT', 'END:VEVENT'],
  ];
}

/** `20270328T010000Z`. */
const timeText = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

const escaped = (text: string): string =>
  text
    .replace(/[\\;,]/g, (char) => `\\${char}`)
    .replace(/\r?\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ');

/** Folds a line between characters, because a reader may decode each part on its own. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= LINE_OCTETS_MAX) return line;
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > LINE_OCTETS_MAX) {
      parts.push(part);
      // The blank that continues a line counts.
      [part, octets] = ['', 1];
    }
    part += char;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}
