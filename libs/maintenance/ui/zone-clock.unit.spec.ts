import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, spanText, weekdayOf, zonedTime } from './zone-clock';

describe('times in a zone', () => {
  it.each([
    ['2027-03-28T00:59:00Z', 'Europe/Berlin', '2027-03-28', '01:59', 'UTC+1'],
    ['2027-03-28T01:00:00Z', 'Europe/Berlin', '2027-03-28', '03:00', 'UTC+2'],
    ['2027-01-01T02:00:00Z', 'America/St_Johns', '2026-12-31', '22:30', 'UTC−3:30'],
    ['2027-01-01T00:00:00Z', 'UTC', '2027-01-01', '00:00', 'UTC'],
    ['2027-01-01T00:00:00Z', 'Europe/Nowhere', '2027-01-01', '00:00', 'UTC'],
  ])('%s in %s', (at, zone, date, time, offset) => {
    expect(zonedTime(at, zone)).toEqual({ date, time, offset });
  });

  it.each([
    ['2027-01-05T01:00:00Z', '2027-01-05T03:00:00Z', '2027-01-05 02:00 – 04:00 UTC+1'],
    ['2027-01-05T22:00:00Z', '2027-01-06T01:00:00Z', '2027-01-05 23:00 – 2027-01-06 02:00 UTC+1'],
    ['2027-03-28T00:30:00Z', '2027-03-28T02:00:00Z', '2027-03-28 01:30 UTC+1 – 04:00 UTC+2'],
  ])('span %s to %s has the second date and offset only where they differ', (from, to, text) => {
    expect(spanText(from, to, 'Europe/Berlin')).toBe(text);
  });

  it('counts days over months and leap days', () => {
    expect([addDays('2028-02-28', 2), addDays('2027-01-01', -1)]).toEqual(['2028-03-01', '2026-12-31']);
    expect([daysBetween('2028-02-28', '2028-03-01'), weekdayOf('2027-03-01'), weekdayOf('2027-03-07')]).toEqual([
      2, 0, 6,
    ]);
  });
});
