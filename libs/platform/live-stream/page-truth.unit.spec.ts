// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { Freshness } from '@icmp-mon/operations/contract';
import { describe, expect, it } from 'vitest';
import type { Moment } from '@icmp-mon/platform/ui-kit';
import { type HeardFreshness, truthOf } from './page-truth';
import type { LinkState } from './stream-connection';
import { clockText } from '@icmp-mon/platform/ui-kit';

const WALL_MS = Date.parse('2026-11-18T11:00:00Z');
const at = (ms: number): Moment => ({ monotonicMs: ms, wallMs: WALL_MS + ms });
const FRESH: Freshness = {
  statusesAgeMs: 900,
  resultsAgeMs: 1_400,
  late: null,
  notice: null,
  health: { state: 'ok', headline: 'All systems operational' },
};
const heard = (change: Partial<Freshness>, ms = 0): HeardFreshness => ({ value: { ...FRESH, ...change }, at: at(ms) });
const OPEN: LinkState = { kind: 'open' };

describe('the data age of a page', () => {
  it('is live, and advances the age of the oldest data by its own clock', () => {
    expect(truthOf(OPEN, heard({}), at(0), at(1_000))).toEqual({
      mood: 'live',
      text: 'live',
      band: null,
      dataAgeMs: 2_400,
    });
  });

  it('shows the age of outdated statuses and the cause', () => {
    const late = heard({ statusesAgeMs: 40_000, resultsAgeMs: 41_000, late: 'no projector owns 8 of 8 shards' });
    expect(truthOf(OPEN, late, at(0), at(1_000))).toMatchObject({
      mood: 'late',
      text: '41 s old',
      band: {
        kind: 'late',
        text: 'Statuses are 41 s old: no projector owns 8 of 8 shards',
        spoken: 'Statuses are outdated: no projector owns 8 of 8 shards',
      },
    });
  });

  it('distinguishes delayed results from late statuses', () => {
    const late = heard({ resultsAgeMs: 600_000, late: '8 of 8 shards are behind the log' });
    expect(truthOf(OPEN, late, at(0), at(0)).band?.text).toBe(
      'Results are 10 min old: 8 of 8 shards are behind the log',
    );
    const never = heard({ statusesAgeMs: null, resultsAgeMs: null, late: 'no projector has ever run' });
    expect(truthOf(OPEN, never, at(0), at(0))).toMatchObject({
      mood: 'late',
      band: { text: 'No target has been judged yet: no projector has ever run' },
      dataAgeMs: null,
    });
  });

  it('shows other problems as a notice, and stays live', () => {
    expect(truthOf(OPEN, heard({ notice: 'No gateway is reporting' }), at(0), at(0))).toMatchObject({
      mood: 'live',
      band: { kind: 'notice', text: 'No gateway is reporting' },
    });
  });

  it('shows since when the server does not respond, even if its connection seems open', () => {
    expect(truthOf(OPEN, heard({}), at(0), at(5_900)).mood).toBe('live');
    const disconnected = truthOf(OPEN, heard({}), at(0), at(8_000));
    const since = clockText(WALL_MS);
    expect(disconnected).toMatchObject({ mood: 'disconnected', text: '9.0 s old', dataAgeMs: 9_400 });
    expect(disconnected.band?.text).toBe(`Data is 9.4 s old: no response from the server since ${since}`);
  });

  it('is correct after the clock was set back, and after the machine slept', () => {
    const setBack = { monotonicMs: 8_000, wallMs: WALL_MS - 3_600_000 };
    expect(truthOf(OPEN, heard({}), at(0), setBack).mood).toBe('disconnected');
    const slept = { monotonicMs: 100, wallMs: WALL_MS + 3_600_000 };
    expect(truthOf(OPEN, heard({}), at(0), slept)).toMatchObject({ mood: 'disconnected', dataAgeMs: 3_601_400 });
  });

  it('is reconnecting only for a short interruption', () => {
    const lost: LinkState = { kind: 'lost', since: at(0) };
    expect(truthOf(lost, heard({}), at(0), at(4_000))).toMatchObject({ mood: 'trying', text: 'reconnecting' });
    expect(truthOf(lost, heard({}, 4_000), at(4_000), at(5_500)).mood).toBe('disconnected');
  });

  it('names the other states', () => {
    expect(truthOf({ kind: 'connecting' }, null, at(0), at(0)).text).toBe('connecting');
    expect(truthOf({ kind: 'connecting' }, null, at(0), at(9_000))).toMatchObject({
      mood: 'disconnected',
      text: 'outdated',
      dataAgeMs: null,
    });
    expect(truthOf({ kind: 'off' }, null, null, at(0)).text).toBe('not connected');
  });
});
