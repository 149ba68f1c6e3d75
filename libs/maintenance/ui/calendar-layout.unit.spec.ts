import '@angular/compiler';
import type { OccurrenceView } from '@icmp-mon/maintenance/contract';
import { describe, expect, it } from 'vitest';
import { blocksOf, LANES_MAX, movedDay, placeOccurrences, shownDays, weeksOf } from './calendar-layout';

const occurrence = (id: string, startsAt: string, endsAt: string, timeZone = 'UTC'): OccurrenceView => ({
  ...{
    id,
    windowId: id,
    date: startsAt.slice(0, 10),
    title: id,
    kind: 'window',
    scope: 'site=fra',
    slaClass: 'excluded',
  },
  ...{ state: 'planned', startsAt, endsAt, timeZone, moved: false, openedAt: null, closedAt: null, closeCause: null },
  targetCount: null,
});
const inUtc = (...all: OccurrenceView[]) => placeOccurrences(all, () => 'UTC');

describe('the days of a calendar', () => {
  it.each([
    ['month', '2027-02-10', '2027-02-01', '2027-02-28'],
    ['month', '2027-03-28', '2027-03-01', '2027-04-04'],
    ['month', '2028-02-29', '2028-01-31', '2028-03-05'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
  ] as const)('of the %s of %s are %s to %s', (view, day, first, last) => {
    const days = shownDays(view, day);
    expect([days[0], days.at(-1), days.length % 7]).toEqual([first, last, 0]);
  });

  it.each([
    ['month', '2027-01-31', 1, '2027-02-01'],
    ['month', '2027-03-31', -1, '2027-02-01'],
    ['week', '2027-12-30', 1, '2028-01-06'],
  ] as const)('move by a %s from %s by %i to %s', (view, day, step, to) => {
    expect(movedDay(view, day, step)).toBe(to);
  });
});

describe('an occurrence in the calendar', () => {
  it('is on the days of the chosen zone, and an end at midnight is on the day before', () => {
    const night = occurrence('n', '2027-03-27T23:30:00Z', '2027-03-28T00:00:00Z', 'Europe/Berlin');
    expect(inUtc(night)[0]).toMatchObject({ firstDay: '2027-03-27', lastDay: '2027-03-27', endTime: '00:00' });
    const [berlin] = placeOccurrences([night], ({ timeZone }) => timeZone);
    expect(berlin).toMatchObject({
      firstDay: '2027-03-28',
      lastDay: '2027-03-28',
      startTime: '00:30',
      endTime: '01:00',
    });
  });

  it('ends when it was closed', () => {
    const ended = {
      ...occurrence('e', '2027-03-01T00:00:00Z', '2027-03-03T00:00:00Z'),
      closedAt: '2027-03-01T10:00:00Z',
    };
    expect(inUtc(ended)[0]).toMatchObject({ lastDay: '2027-03-01', endTime: '10:00' });
  });
});

describe('the weeks of a month', () => {
  it('divide a long occurrence, and put others in lanes below it', () => {
    const placed = inUtc(
      occurrence('short', '2027-03-07T02:00:00Z', '2027-03-07T04:00:00Z'),
      occurrence('long', '2027-03-06T02:00:00Z', '2027-03-09T04:00:00Z'),
      occurrence('late', '2027-03-11T02:00:00Z', '2027-03-11T04:00:00Z'),
    );
    const [first, second] = weeksOf(shownDays('month', '2027-03-01'), placed);
    const shown = ({ bars }: typeof first) =>
      bars.map(({ placed: p, from, to, lane }) => [p.occurrence.id, from, to, lane]);
    expect(shown(first)).toEqual([
      ['long', 5, 6, 0],
      ['short', 6, 6, 1],
    ]);
    expect(first.bars[0]).toMatchObject({ isBegun: false, isContinued: true });
    expect(shown(second)).toEqual([
      ['long', 0, 1, 0],
      ['late', 3, 3, 0],
    ]);
    expect(second.bars[0]).toMatchObject({ isBegun: true, isContinued: false });
  });

  it('count what does not fit', () => {
    const many = Array.from({ length: LANES_MAX + 3 }, (_, n) =>
      occurrence(`w${n}`, `2027-03-02T0${n}:00:00Z`, `2027-03-02T0${n}:30:00Z`),
    );
    const [week] = weeksOf(shownDays('month', '2027-03-01'), inUtc(...many));
    expect([week.bars.length, week.hidden]).toEqual([LANES_MAX, [0, 3, 0, 0, 0, 0, 0]]);
  });
});

describe('the blocks of a day', () => {
  it('are next to each other while they overlap, and wide again afterwards', () => {
    const placed = inUtc(
      occurrence('a', '2027-03-01T23:00:00Z', '2027-03-02T03:00:00Z'),
      occurrence('b', '2027-03-02T02:00:00Z', '2027-03-02T04:00:00Z'),
      occurrence('c', '2027-03-02T03:00:00Z', '2027-03-02T05:00:00Z'),
      occurrence('d', '2027-03-02T22:00:00Z', '2027-03-03T00:00:00Z'),
    );
    const blocks = blocksOf('2027-03-02', placed).map(({ placed: p, fromMinute, toMinute, column, columns }) => [
      ...[p.occurrence.id, fromMinute, toMinute, column, columns],
    ]);
    expect(blocks).toEqual([
      ['a', 0, 180, 0, 2],
      ['b', 120, 240, 1, 2],
      ['c', 180, 300, 0, 2],
      ['d', 1_320, 1_440, 0, 1],
    ]);
  });
});
