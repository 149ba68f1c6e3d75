import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { readCalendar } from './content-lines';
import { readNotices } from './judge-notices';
import { coveredObjects, mergedDefinition, noticeDefinition, scopeOf } from './notice-definition';
import { calendarOf, EXAMPLES, noticeLines, outlookCalendar } from './notices.test-data';
import type { ReadNotice } from './read-notice';

function readOne(calendar: string, timeZone?: string): ReadNotice {
  const [read] = readNotices({ calendar, ...(timeZone !== undefined && { timeZone }) });
  if ('fault' in read) throw new Error(read.fault);
  return read;
}
const faultOf = (calendar: string): string => {
  const [read] = readNotices({ calendar });
  return 'fault' in read ? read.fault : 'none';
};
const timesOf = ({ startMs, endMs }: ReadNotice): string[] => [startMs, endMs].map((at) => new Date(at).toISOString());
/** The first example with other lines. */
const changed = (from: RegExp | string, to: string): string => EXAMPLES['first'].replace(from, to);

describe('a notice', () => {
  it.each(Object.entries(EXAMPLES))('of the form "%s" is read like an independent parser reads it', (_, calendar) => {
    const read = readOne(calendar);
    const event = new ICAL.Component(ICAL.parse(calendar) as unknown[]).getFirstSubcomponent('vevent');
    const first = (name: string): unknown => event?.getFirstPropertyValue(name);
    expect(read.notice).toMatchObject({ provider: first('x-maintnote-provider'), uid: first('uid') });
    expect(read.notice.maintenanceId).toBe('WorkOrder-1');
    expect(read.notice.objects.map(({ id }) => id)).toEqual(
      event?.getAllProperties('x-maintnote-object-id').map((each) => each.getFirstValue()),
    );
    const zone = new ICAL.Component(ICAL.parse(calendar) as unknown[]).getFirstSubcomponent('vtimezone');
    if (zone !== null) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
    const at = (name: string): string => (first(name) as ICAL.Time).toJSDate().toISOString();
    expect(timesOf(read)).toEqual([at('dtstart'), at('dtend')]);
  });

  it('has the status and the impact of the standard, and notes what is not of it', () => {
    const status = (example: string): string => readOne(EXAMPLES[example]).notice.status;
    expect(
      ['first', 'updated', 'cancelled', 'in process', 'completed', 'without sequence and status'].map(status),
    ).toEqual([...['tentative', 'confirmed', 'cancelled', 'in_process', 'completed', 'confirmed']]);
    const own = readOne(changed('STATUS:TENTATIVE', 'STATUS:RE-SCHEDULED'));
    expect([own.notice.status, own.notes]).toEqual(['confirmed', [expect.stringContaining('"RE-SCHEDULED"')]]);
    expect(
      readOne(changed('VERSION:2.0', 'METHOD:CANCEL').replace('X-MAINTNOTE-STATUS', 'X-OTHER')).notice.status,
    ).toBe('cancelled');
    expect(readOne(changed('NO-IMPACT', 'X-HEAVY')).notice.impact).toBe('outage');
  });

  it('covers the objects that are affected, or all if none is, and addresses by their targets', () => {
    const perObject = readOne(EXAMPLES['impacts per object']);
    expect(coveredObjects(perObject.notice).map(({ id }) => id)).toEqual(['acme-2']);
    expect(noticeDefinition(perObject, 'circuit=acme-2')).toMatchObject({
      slaClass: 'excluded',
      ticket: 'WorkOrder-1',
    });
    const spared = readOne(EXAMPLES['first']);
    expect(noticeDefinition(spared, 'circuit=acme-1')).toMatchObject({
      ...{
        slaClass: 'counted',
        timeZone: 'UTC',
        date: '2031-03-10',
        startTime: '08:00',
        endTime: '10:00',
        endDayOffset: 0,
      },
      announcedAt: '2031-03-01T00:10:00.000Z',
    });
    expect(scopeOf(['a b', '198.51.100.13', 'c"d'], 'circuit')).toEqual({
      scope: 'circuit IN ("a b", "c""d") OR ip=198.51.100.13',
    });
    expect(scopeOf(['x'], 'status')).toEqual({ scope: 'tag:status=x' });
    expect(scopeOf([], 'circuit')).toMatchObject({ fault: expect.stringContaining('names no object') });
    expect(
      scopeOf(
        Array.from({ length: 101 }, (_, at) => `c${at}`),
        'circuit',
      ),
    ).toHaveProperty('fault');
  });

  it('keeps what people changed in its window, but never half of the times', () => {
    const announced = noticeDefinition(readOne(EXAMPLES['first']), 'circuit=acme-1');
    const later = noticeDefinition(readOne(EXAMPLES['updated']), 'circuit=acme-1');
    const current = { ...announced, scope: 'site=fra', endTime: '11:00' };
    expect(mergedDefinition(current, announced, announced)).toEqual(current);
    expect(mergedDefinition(current, announced, later)).toEqual({ ...later, scope: 'site=fra' });
  });
});

describe('times', () => {
  it.each([
    ['DTSTART:20310310T080000Z', 'DTEND:20310310T100000Z', ['08:00', '10:00']],
    ['DTSTART;TZID=Europe/Berlin:20310310T080000', 'DTEND;TZID=Europe/Berlin:20310310T100000', ['07:00', '09:00']],
    ['DTSTART;TZID=/example.org/Europe/Berlin:20310310T080000', 'DURATION:PT2H', ['07:00', '09:00']],
    ['DTSTART:20310310T080000', 'DTEND:20310310T100000', ['12:00', '14:00']],
    ['DTSTART;VALUE=DATE:20310310', 'DTEND;VALUE=DATE:20310311', ['04:00', '04:00']],
    ['DTSTART:20310310T080059Z', 'DTEND:20310310T100001Z', ['08:00', '10:01']],
  ])('%s, %s are instants; those without a zone are in that of the request', (start, end, times) => {
    const calendar = changed(/DTSTART.*/, start).replace(/DTEND.*/, end);
    expect(timesOf(readOne(calendar, 'America/New_York')).map((text) => text.slice(11, 16))).toEqual(times);
  });

  it('follow the rules of a zone that the file defines, also where the clocks change', () => {
    const times = (start: string, end: string) => timesOf(readOne(outlookCalendar(start, end)));
    expect(times('20310330T013000', '20310330T033000')).toEqual([
      ...['2031-03-30T00:30:00.000Z', '2031-03-30T01:30:00.000Z'],
    ]);
    expect(times('20311026T003000', '20311026T043000')).toEqual([
      ...['2031-10-25T22:30:00.000Z', '2031-10-26T03:30:00.000Z'],
    ]);
    const bomb = outlookCalendar('20310310T080000', '20310310T090000').replaceAll('FREQ=YEARLY', 'FREQ=SECONDLY');
    expect(faultOf(bomb)).toContain('rules that are not supported');
  });

  it.each([
    [changed(/DTSTART.*\r\n/, ''), 'has no DTSTART'],
    [changed(/DTEND.*\r\n/, ''), 'has neither DTEND nor a valid DURATION'],
    [changed(/DTEND.*/, 'DURATION:2 hours'), 'has neither DTEND nor a valid DURATION'],
    [changed(/DTSTART.*/, 'DTSTART:2031-03-10'), 'has a DTSTART that is not a time'],
    [changed(/DTSTART.*/, 'DTSTART:20311310T080000Z'), 'has a DTSTART that is not a time'],
    [changed(/DTSTART.*/, 'DTSTART:00010101T080000Z'), 'not from 2000'],
    [changed(/DTSTART.*/, 'DTSTART;TZID=Mars/Base:20310310T080000'), 'the time zone "Mars/Base"'],
    [changed(/DTEND.*/, 'DTEND:20310310T080000Z'), 'ends before it begins'],
    [changed(/DTEND.*/, 'DTEND:20310318T080000Z'), 'longer than 7 days'],
    [changed('SEQUENCE:1', 'SEQUENCE:x'), 'SEQUENCE that is not a number'],
    [changed('SEQUENCE:1', 'RRULE:FREQ=SECONDLY'), 'recurs'],
    [changed('X-MAINTNOTE-PROVIDER', 'X-OTHER'), 'has no X-MAINTNOTE-PROVIDER'],
    [changed('X-MAINTNOTE-MAINTENANCE-ID', 'X-OTHER'), 'has no X-MAINTNOTE-MAINTENANCE-ID'],
  ])('that are wrong, and other faults, are refused (%#)', (calendar, text) => {
    expect(faultOf(calendar)).toContain(text);
  });
});

describe('a file', () => {
  it.each([
    ['', 'has no VCALENDAR'],
    ['hello', 'Line 1 of the calendar is not NAME:VALUE'],
    ['SUMMARY:x', 'is not in a calendar'],
    ['BEGIN:VCALENDAR\nEND:VEVENT', 'Line 2 of the calendar ends VEVENT, which is not open'],
    ['BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1', 'ends before END:VEVENT'],
    ['BEGIN:VTODO\nEND:VTODO', 'has no VCALENDAR'],
    ['BEGIN:VCALENDAR\nX;A:b\nEND:VCALENDAR', 'a parameter of X that cannot be read'],
    ['BEGIN:VCALENDAR\nEND:VCALENDAR', 'has no event'],
    [calendarOf(...Array.from({ length: 101 }, () => noticeLines())), 'more than 100 events'],
    ['BEGIN:A\n'.repeat(10), 'nests components too deeply'],
    [`BEGIN:VCALENDAR\nX:${'y'.repeat(100_001)}`, 'longer than 100,000 characters'],
    [`BEGIN:VCALENDAR\n${'A:b\n'.repeat(20_001)}`, 'beyond the limit of 20000 lines'],
    ['x'.repeat(500_001), 'the limit is 500,000'],
    [`BEGIN:VCALENDAR\nX${';A=b'.repeat(21)}:c`, 'more than 20 parameters'],
  ])('that cannot be read is refused with its line (%#)', (calendar, text) => {
    expect(() => readNotices({ calendar })).toThrow(text);
  });

  it.each([['\n'], ['\r'], ['\r\n']])(
    'may have lines that end with %j, a byte order mark, and members like those of objects',
    (end) => {
      const text = `\ufeff${calendarOf(['__proto__:x', 'X;constructor=1:y', ...noticeLines()])}`.replaceAll(
        '\r\n',
        end,
      );
      expect(readOne(text).notice.maintenanceId).toBe('WorkOrder-1');
    },
  );

  it('has texts whose escapes are resolved, without characters that names do not have', () => {
    const read = readOne(changed('Maintenance of a line', 'A\\, b\\; c\\\\\\nd \u202ee\u0007 f'));
    expect(read.summary).toBe('A, b; c\\ d e f');
    expect(readOne(changed('Maintenance of a line', '\u{1f600}'.repeat(200))).summary).toBe('\u{1f600}'.repeat(100));
  });

  it('that is hostile takes time linear in its length', () => {
    for (const text of [
      `BEGIN:VCALENDAR\n${'X;A="'.repeat(90_000)}`,
      `BEGIN:VCALENDAR\nX;${'A=b,c;'.repeat(16_000)}:`,
      `BEGIN:VCALENDAR\nX:${'\n a'.repeat(90_000)}\nEND:VCALENDAR`,
      `BEGIN:VCALENDAR\nX;A=${'b,'.repeat(49_000)}:c\nEND:VCALENDAR`,
    ]) {
      try {
        readCalendar(text);
      } catch (error) {
        expect(String(error)).toContain('of the calendar');
      }
    }
  });
});
