/** Lines of a calendar around events, as a file has them. */
export const calendarOf = (...events: readonly string[][]): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN'],
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    ...['END:VCALENDAR', ''],
  ].join('\r\n');

/** Members of the notices of one maintenance, of which each example of the standard changes some. */
interface Example {
  sequence?: number;
  summary?: string;
  start?: string;
  end?: string;
  stamp?: string;
  status?: string;
  impact?: string;
  objects?: string[];
  uid?: string;
  account?: string;
}

/** Returns an event with the properties that the MAINTNOTE standard requires. */
export const noticeLines = ({
  sequence = 1,
  summary = 'Maintenance of a line',
  start = '20310310T080000Z',
  end = '20310310T100000Z',
  stamp = '20310301T001000Z',
  status = 'X-MAINTNOTE-STATUS:TENTATIVE',
  impact = 'NO-IMPACT',
  objects = ['X-MAINTNOTE-OBJECT-ID:acme-1'],
  uid = '42',
  account = '137.035999173',
}: Example = {}): string[] => [
  ...[`SUMMARY:${summary}`, `DTSTART;VALUE=DATE-TIME:${start}`, `DTEND;VALUE=DATE-TIME:${end}`],
  ...[`DTSTAMP;VALUE=DATE-TIME:${stamp}`, `UID:${uid}`, `SEQUENCE:${sequence}`],
  ...['X-MAINTNOTE-PROVIDER:example.com', `X-MAINTNOTE-ACCOUNT:${account}`, 'X-MAINTNOTE-MAINTENANCE-ID:WorkOrder-1'],
  ...[...objects, `X-MAINTNOTE-IMPACT:${impact}`, status].filter((line) => line !== ''),
  'ORGANIZER;CN="Example NOC":mailto:noc@example.com',
];

const VTIMEZONE = [
  ...['BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time'],
  ...['BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
  ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
  ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
];

/** A calendar with a zone of Outlook, which is not in the tz database. */
export const outlookCalendar = (start: string, end: string): string =>
  calendarOf(noticeLines())
    .replace('BEGIN:VEVENT', [...VTIMEZONE, 'BEGIN:VEVENT'].join('\r\n'))
    .replace(/DTSTART;VALUE=DATE-TIME:\w+/, `DTSTART;TZID="W. Europe Standard Time":${start}`)
    .replace(/DTEND;VALUE=DATE-TIME:\w+/, `DTEND;TZID=W. Europe Standard Time:${end}`);

/**
 * The messages of the MAINTNOTE standard (§3.8: first, updated, cancelled, in process, completed) and forms in which carriers send them,
 * described by their facts with invented values: no SEQUENCE and no status (NTT), no object in a cancellation (euNetworks), impacts per object,
 * a quoted ALTREP that is folded, several ids of one maintenance, a zone of Outlook.
 */
export const EXAMPLES: Readonly<Record<string, string>> = {
  first: calendarOf(noticeLines()),
  updated: calendarOf(
    noticeLines({
      ...{ sequence: 2, start: '20310312T080000Z', end: '20310312T100000Z', stamp: '20310302T001000Z' },
      status: 'X-MAINTNOTE-STATUS:CONFIRMED',
    }),
  ),
  cancelled: calendarOf(
    noticeLines({ sequence: 3, stamp: '20310303T001000Z', status: 'X-MAINTNOTE-STATUS:CANCELLED' }),
  ),
  'in process': calendarOf(
    noticeLines({
      sequence: 3,
      summary: 'Open - line',
      stamp: '20310303T001000Z',
      status: 'X-MAINTNOTE-STATUS:IN-PROCESS',
    }),
  ),
  completed: calendarOf(
    noticeLines({ sequence: 4, summary: 'Closed - line', status: 'X-MAINTNOTE-STATUS: COMPLETED' }),
  ),
  'without sequence and status': calendarOf(
    noticeLines({ status: '', impact: 'OUTAGE' }).filter((line) => !line.startsWith('SEQUENCE')),
  ),
  'without objects': calendarOf(noticeLines({ objects: [], status: 'X-MAINTNOTE-STATUS:CANCELLED' })),
  'impacts per object': calendarOf(
    noticeLines({
      impact: 'OUTAGE',
      objects: [
        'X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=NO-IMPACT:acme-1',
        'X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:acme-2',
      ],
    }),
  ),
  'folded, with a link': calendarOf(
    noticeLines({
      objects: [
        'X-MAINTNOTE-OBJECT-ID;ALTREP="https://example.org/maintenance?id=acme-widg\r\n ets:1,2;x":198.51.100.13',
      ],
    }),
  ),
  'several ids': calendarOf([
    ...noticeLines().filter((line) => !line.startsWith('X-MAINTNOTE-MAINTENANCE-ID')),
    'X-MAINTNOTE-MAINTENANCE-ID;X-MAINTNOTE-PRECEDENCE=NON-PRIMARY:External-9',
    'X-MAINTNOTE-MAINTENANCE-ID;X-MAINTNOTE-PRECEDENCE=PRIMARY:WorkOrder-1',
  ]),
  'a zone of Outlook': outlookCalendar('20310310T090000', '20310310T110000'),
};
