import '@angular/compiler';
import type { OccurrenceView } from '@icmp-mon/maintenance/contract';
import { describe, expect, it } from 'vitest';
import { minutesText, occurrenceStateText, occurrenceText, stateText } from './window-text';

const NEXT = {
  startsAt: '2027-01-05T01:00:00.000Z',
  endsAt: '2027-01-05T03:00:00.000Z',
  closedAt: null,
} as OccurrenceView;
const NOW_MS = Date.parse('2027-01-05T00:10:00Z');

describe('what is happening with a window', () => {
  it.each([
    ['planned', NEXT, 'begins in 50 min'],
    ['open', NEXT, 'open now, ends in 2 h 50 min'],
    ['planned', null, 'planned in more than 400 days'],
    ['over', null, 'over'],
    ['cancelled', null, 'cancelled'],
  ] as const)('%s', (state, next, text) => {
    expect(stateText({ state, next }, NOW_MS)).toBe(text);
  });

  it.each([
    ['open', null, 'open now'],
    ['planned', null, 'planned'],
    ['closed', 'planned_end', 'closed'],
    ['closed', 'ended_early', 'ended early'],
    ['closed', 'cancelled', 'cancelled'],
  ] as const)('an occurrence that is %s (%s)', (state, closeCause, text) => {
    expect(occurrenceStateText({ state, closeCause })).toBe(text);
  });

  it('shows one that closed early until then, and lengths in words', () => {
    const ended = { ...NEXT, closedAt: '2027-01-05T02:30:00.000Z' };
    expect(occurrenceText(ended, 'UTC')).toBe('2027-01-05 01:00 – 02:30 UTC');
    expect([30, 120, 90].map(minutesText)).toEqual(['30 min', '2 h', '1 h 30 min']);
  });
});
