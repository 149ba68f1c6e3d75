import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { readCalendar } from '../notices/content-lines';
import { type CalendarEvent, calendarText } from './calendar-text';
import { FEED_REQUESTS_MAX, FeedLimit } from './feed-limit';

const EVENT: CalendarEvent = {
  ...{ uid: '01936d2e-7c1a-7b3e-9a51-0242ac120002@2027-03-28', sequence: 3, status: 'CONFIRMED' },
  ...{ startMs: Date.UTC(2027, 2, 28, 1), endMs: Date.UTC(2027, 2, 28, 2, 0, 30), changedMs: Date.UTC(2027, 0, 1) },
  ...{ summary: 'Line cards, Zürich; "A\\B"', description: `Scope: site=fra\nTicket: ${'ü'.repeat(200)}` },
};

/** Returns the events that an independent parser reads. */
const eventsOf = (text: string): ICAL.Component[] =>
  new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents('vevent');

describe('the text of a calendar', () => {
  it('is read by an independent parser as it was meant', () => {
    const [event, empty] = eventsOf(calendarText([EVENT, { ...EVENT, endMs: EVENT.startMs, status: 'CANCELLED' }]));
    const value = (name: string): unknown => event.getFirstPropertyValue(name);
    expect([value('uid'), value('summary'), value('description')]).toEqual([
      ...[EVENT.uid, EVENT.summary, EVENT.description],
    ]);
    expect([value('sequence'), value('status')]).toEqual([3, 'CONFIRMED']);
    expect(['dtstart', 'dtend', 'dtstamp', 'last-modified'].map((name) => String(value(name)))).toEqual([
      ...['2027-03-28T01:00:00Z', '2027-03-28T02:00:30Z', '2027-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ]);
    expect([empty.getFirstPropertyValue('dtend'), empty.getFirstPropertyValue('status')]).toEqual([null, 'CANCELLED']);
  });

  it('has lines of at most 75 octets that end with CR LF, and keeps any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
        const written = calendarText([{ ...EVENT, summary: text, description: '' }]);
        expect(written.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
        expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        const [calendar] = readCalendar(written);
        expect(calendar.components).toHaveLength(1);
        const seen = text.replace(/\r\n/g, '\n').replace(/[^\P{Cc}\n]/gu, ' ');
        expect(eventsOf(written)[0].getFirstPropertyValue('summary')).toBe(seen);
      }),
      { numRuns: 25 },
    );
  });
});

it('a feed is read at most 20 times per minute', () => {
  const limit = new FeedLimit();
  for (let count = 0; count < FEED_REQUESTS_MAX; count++) limit.requireAllowed('one', 1_000);
  limit.requireAllowed('other', 1_000);
  expect(() => limit.requireAllowed('one', 31_000)).toThrow('Try again in 30 s');
  limit.requireAllowed('one', 61_000);
});
