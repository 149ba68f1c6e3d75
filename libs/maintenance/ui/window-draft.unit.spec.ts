import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import { describe, expect, it } from 'vitest';
import { readMinutes } from './silence-draft';
import { draftOfWindow, newDraft, readDates, requestOf } from './window-draft';

const DEFINITION: WindowDefinition = {
  ...{ title: 'Line cards', name: 'acme:1', reason: null, ticket: 'CHG-1', scope: 'site=fra', slaClass: 'counted' },
  ...{ timeZone: 'Europe/Berlin', date: '2027-03-28', startTime: '23:00', endTime: '01:00', endDayOffset: 1 },
  ...{ rrule: 'FREQ=MONTHLY;BYDAY=1TU', announcedAt: '2026-12-01T10:00:30.000Z' },
};

describe('the form of a window', () => {
  it('sends what it was opened with, also members that it does not show', () => {
    const draft = draftOfWindow({ definition: DEFINITION, changes: {} });
    expect(requestOf(draft, DEFINITION)).toEqual(DEFINITION);
  });

  it('sends an announcement that was edited, or removed', () => {
    const draft = draftOfWindow({ definition: DEFINITION, changes: {} });
    const local = new Date('2026-12-02T09:00').toISOString();
    expect(requestOf({ ...draft, announcedAt: '2026-12-02T09:00' }, DEFINITION).announcedAt).toBe(local);
    expect(requestOf({ ...draft, announcedAt: '' }, DEFINITION).announcedAt).toBeNull();
  });

  it('begins with two hours from the next full hour, also across midnight', () => {
    const draft = newDraft(Date.parse('2027-03-27T21:10:00Z'), 'Europe/Berlin');
    expect(draft).toMatchObject({ date: '2027-03-27', startTime: '23:00', endTime: '01:00', endDayOffset: 1 });
    expect(requestOf({ ...draft, title: ' a ' }, null)).toMatchObject({
      title: 'a',
      rrule: null,
      name: null,
      ticket: null,
    });
  });

  it('takes an emptied number of days as none', () => {
    const draft = { ...newDraft(0, 'UTC'), endDayOffset: null as unknown as number };
    expect(requestOf(draft, null).endDayOffset).toBe(0);
  });

  it('has the dates that are skipped, in order', () => {
    const moved = {
      kind: 'moved',
      onDate: '2027-02-03',
      startTime: '01:00',
      endTime: '02:00',
      endDayOffset: 0,
    } as const;
    const changes = {
      '2027-03-02': { kind: 'skipped' },
      '2027-02-02': moved,
      '2027-01-05': { kind: 'skipped' },
    } as const;
    expect(draftOfWindow({ definition: DEFINITION, changes }).skipped).toBe('2027-01-05 2027-03-02');
  });

  it.each([
    ['', { dates: [] }],
    ['2027-02-02, 2027-01-05 2027-02-02', { dates: ['2027-01-05', '2027-02-02'] }],
    ['2027-13-01', { fault: '2027-13-01' }],
    ['5 Jan', { fault: '5' }],
  ])('reads the dates "%s"', (text, read) => {
    expect(readDates(text)).toEqual(read);
  });
});

describe('the duration of a silence', () => {
  it.each([
    ['90', 90],
    ['45 min', 45],
    ['2h', 120],
    [' 7 D ', 10_080],
    ['8 d', null],
    ['0', null],
    ['soon', null],
    ['', null],
    ['1.5 h', null],
  ])('"%s" is %s minutes', (text, minutes) => {
    expect(readMinutes(text)).toBe(minutes);
  });
});
