import '@angular/compiler';
import { showZone } from '@icmp-mon/platform/ui-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RANGE_EXAMPLES, readRangeText } from './range-text';

describe('a time range written as text', () => {
  const nowMs = Date.parse('2026-06-03T09:30:00Z');
  const at = (iso: string): number => Date.parse(iso);

  beforeEach(() => showZone('utc'));
  afterEach(() => showZone('local'));

  it.each([
    ['5h', '5h'],
    ['  90m ', '90m'],
    ['last 2 days', '2d'],
    ['30 min', '30m'],
    ['1w', '1w'],
    // The syntax of the API and of other tools.
    ['now-6h', '6h'],
    ['now-6h to now', '6h'],
    ['15 mins', '15m'],
    ['2 hrs', '2h'],
    ['5 h', '5h'],
    ['last hour', '1h'],
    ['last week', '1w'],
  ])('%j stays relative', (text, range) => {
    expect(readRangeText(text, nowMs)).toEqual({ range });
  });

  it.each([
    ['since 08:00', '2026-06-03T08:00:00Z', null],
    // 22:15 of today is in the future.
    ['since 22:15', '2026-06-02T22:15:00Z', null],
    ['since Jun 1', '2026-06-01T00:00:00Z', null],
    ['since 1 June 07:00', '2026-06-01T07:00:00Z', null],
    // Dec 24 of this year is in the future.
    ['since dec 24', '2025-12-24T00:00:00Z', null],
    ['since 2026-05-30', '2026-05-30T00:00:00Z', null],
    ['since 2026-05-30T08:00', '2026-05-30T08:00:00Z', null],
    ['since yesterday', '2026-06-02T00:00:00Z', null],
    ['since yesterday 18:00', '2026-06-02T18:00:00Z', null],
    ['today', '2026-06-03T00:00:00Z', null],
    ['yesterday', '2026-06-02T00:00:00Z', '2026-06-03T00:00:00Z'],
    ['08:00 to 09:15', '2026-06-03T08:00:00Z', '2026-06-03T09:15:00Z'],
    ['08:00-09:15', '2026-06-03T08:00:00Z', '2026-06-03T09:15:00Z'],
    ['22:00 to 02:00', '2026-06-02T22:00:00Z', '2026-06-03T02:00:00Z'],
    ['jun 1 to jun 2', '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z'],
    ['2026-05-30 08:00 – 2026-05-31 10:00', '2026-05-30T08:00:00Z', '2026-05-31T10:00:00Z'],
    ['08:00-09:15', '2026-06-03T08:00:00Z', '2026-06-03T09:15:00Z'],
    ['jun 1-jun 2', '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z'],
    ['2026-05-30 - 2026-05-31', '2026-05-30T00:00:00Z', '2026-05-31T00:00:00Z'],
    ['now-2h to now-1h', '2026-06-03T07:30:00Z', '2026-06-03T08:30:00Z'],
    ['yesterday 22:00 to now-30m', '2026-06-02T22:00:00Z', '2026-06-03T09:00:00Z'],
    ['08:00 to now', '2026-06-03T08:00:00Z', null],
  ])('%j is a span', (text, from, to) => {
    expect(readRangeText(text, nowMs)).toEqual({ fromMs: at(from), toMs: to === null ? null : at(to) });
  });

  it.each([
    '',
    'h',
    'hour',
    'last',
    'last minute',
    '0h',
    '1m',
    '99999d',
    'since',
    'since tomorrow',
    'now+1h',
    'now-1h to now-2h',
    'now',
    '2026-05-30-2026-05',
    'since 24:00',
    'since 08:60',
    'since feb 30',
    'since 2026-13-01',
    'since 2027-01-01',
    'jun 2 to jun 1',
    '08:00 to never',
    'x'.repeat(61),
  ])('%j is not a range', (text) => {
    expect(readRangeText(text, nowMs)).toBeNull();
  });

  it('accepts every example that the field shows', () => {
    for (const example of RANGE_EXAMPLES.split(', ')) expect(readRangeText(example, nowMs)).not.toBeNull();
  });

  it('uses the chosen time zone', () => {
    showZone('local');
    const from = new Date(2026, 5, 3, 8, 0).getTime();
    const noon = new Date(2026, 5, 3, 12, 0).getTime();
    expect(readRangeText('since 08:00', noon)).toEqual({ fromMs: from, toMs: null });
  });
});
