import '@angular/compiler';
import { showZone } from '@icmp-mon/platform/ui-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markText, shortUntil } from './mark-text';

const MARK = { occurrence: 'w@2027-01-05', until: '2027-01-05T03:05:00.000Z', title: 'Line cards', by: 'ada' };

beforeEach(() => showZone('utc'));
afterEach(() => showZone('local'));

describe('the mark of a target in maintenance', () => {
  it.each([
    ['window', '2027-01-05T01:00:00Z', 'In maintenance until 03:05 UTC: Line cards, scheduled by ada'],
    ['silence', '2027-01-04T23:00:00Z', 'Silenced until 2027-01-05 03:05 UTC: Line cards, silenced by ada'],
  ] as const)('states what, until when and who for a %s', (kind, now, text) => {
    expect(markText({ ...MARK, kind }, Date.parse(now))).toBe(text);
  });

  it('is short in a list: the time, also of the next day, or the date', () => {
    const short = (now: string) => shortUntil(MARK, Date.parse(now));
    expect([short('2027-01-04T23:00:00Z'), short('2027-01-04T01:00:00Z')]).toEqual(['03:05', '2027-01-05']);
  });

  it('leaves out who if that is unknown', () => {
    const text = markText({ ...MARK, kind: 'window', by: null }, Date.parse('2027-01-05T01:00:00Z'));
    expect(text).toBe('In maintenance until 03:05 UTC: Line cards');
  });
});
