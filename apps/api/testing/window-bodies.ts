/** Body of a window at a change of the clocks. */
export const WINDOW = {
  ...{ title: 'Line cards', scope: 'site=fra', timeZone: 'Europe/Berlin', date: '2031-03-30', rrule: 'FREQ=YEARLY' },
  ...{ startTime: '02:30', endTime: '04:00' },
};

/** Changes of the body that are refused, with the member and a part of the text of the fault. */
export const REFUSED_CHANGES: [Record<string, unknown>, string, string][] = [
  [{ timeZone: 'Europe/Frankfurt' }, 'timeZone', 'tz database'],
  [{ timeZone: '+02:00' }, 'timeZone', 'tz database'],
  [{ date: '2031-02-29' }, 'date', 'must be a date'],
  [{ date: '2020-03-30', rrule: null }, 'date', 'in the past'],
  [{ startTime: '24:00' }, 'startTime', 'from 00:00 to 23:59'],
  [{ endTime: '02:30' }, 'endTime', 'must be after startTime'],
  [{ endDayOffset: 8 }, 'endDayOffset', '0 to 7'],
  [{ endDayOffset: 7 }, 'endDayOffset', 'longer than 7 days'],
  [{ rrule: 'FREQ=HOURLY' }, 'rrule', 'must have FREQ'],
  [{ rrule: 'FREQ=DAILY;BYHOUR=2' }, 'rrule', 'BYHOUR'],
  [{ rrule: 'FREQ=MONTHLY;BYMONTHDAY=32' }, 'rrule', 'BYMONTHDAY'],
  [{ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rrule', 'no month of BYMONTH=2 has'],
  [{ rrule: 'FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=1,-31' }, 'rrule', 'BYMONTHDAY with -31'],
  [{ rrule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31;BYYEARDAY=1' }, 'rrule', 'matches no date'],
  [{ rrule: 'FREQ=WEEKLY;BYDAY=1TU' }, 'rrule', 'no meaning with FREQ=WEEKLY'],
  [{ rrule: 'FREQ=YEARLY;BYWEEKNO=3;BYDAY=1TU' }, 'rrule', 'no meaning with BYWEEKNO'],
  [{ rrule: 'FREQ=MONTHLY;BYDAY=6MO' }, 'rrule', 'a month has each weekday at most 5 times'],
  [{ rrule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=MO,-6TU' }, 'rrule', 'BYDAY with -6'],
  [{ rrule: 'FREQ=YEARLY;BYDAY=54MO' }, 'rrule', 'a year has each weekday at most 53 times'],
  [{ rrule: 'FREQ=MONTHLY;BYDAY=MO,XX' }, 'rrule', 'list of weekdays'],
  [{ rrule: 'FREQ=DAILY;UNTIL=20310401T000000Z' }, 'rrule', 'UNTIL=20271231'],
  [{ scope: 'status=down' }, 'scope', 'not a filter'],
  [{ title: ' ' }, 'title', '1 to 200'],
  [{ announcedAt: 'yesterday' }, 'announcedAt', 'ISO 8601'],
  [{ announcedAt: '1 Dec 2026 (\u001b[31m)' }, 'announcedAt', 'ISO 8601'],
  [{ announcedAt: '2026-12-01T10:00' }, 'announcedAt', 'ISO 8601'],
];

/** A calendar file with one notice. */
export const NOTICE_CALENDAR = [
  ...['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'SUMMARY:Line', 'DTSTART:20310310T080000Z', 'DTEND:20310310T100000Z', 'UID:1'],
  ...['X-MAINTNOTE-PROVIDER:example.com', 'X-MAINTNOTE-MAINTENANCE-ID:WO-1', 'X-MAINTNOTE-OBJECT-ID:acme-1'],
  ...['X-MAINTNOTE-STATUS:TENTATIVE', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n');
