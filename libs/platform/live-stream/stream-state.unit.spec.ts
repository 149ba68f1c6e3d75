// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamState } from './stream-state';

const AT = '2026-11-18T11:00:00.000Z';
const FRESHNESS = { at: AT, statusesAgeMs: 900, resultsAgeMs: 900, late: null, notice: null };
const COUNTS = { up: 1, down: 0, degraded: 0, unknown: 0, resultsPerS: 1, agentsConnected: 1, agentsTotal: 1 };

const compareClock = vi.fn();
const given = (): StreamState => {
  const state = new StreamState(compareClock);
  state.connecting();
  state.joined();
  return state;
};
const event = (name: 'target' | 'maintenance' | 'reset' | 'counts' | 'freshness', data: unknown, id = '') =>
  ({ kind: 'event', event: name, data: JSON.stringify(data), id }) as const;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => {
  vi.useRealTimers();
  compareClock.mockClear();
});

describe('the state of the stream', () => {
  it('is passed on by a snapshot with ages, not with moments', () => {
    const leader = given();
    leader.receive({ kind: 'open', missed: false });
    leader.receive(event('counts', COUNTS, '7'));
    leader.receive(event('freshness', FRESHNESS, '8'));
    vi.advanceTimersByTime(3_000);
    const follower = given();
    follower.receive({ kind: 'state', state: leader.snapshot() });
    expect(follower.snapshot()).toEqual(leader.snapshot());
    expect(follower.snapshot()).toMatchObject({ id: '8', counts: COUNTS, freshnessMs: 3_000, heardMs: 3_000 });
    expect([follower.link().kind, follower.lastEventId, follower.gatherer.empty]).toEqual(['open', '8', true]);
    expect(compareClock).toHaveBeenCalledTimes(2);
  });

  it('ignores a snapshot once it has received a signal', () => {
    const state = given();
    state.receive(event('counts', COUNTS, '9'));
    state.receive({ kind: 'state', state: { ...given().snapshot(), id: '3' } });
    expect(state.lastEventId).toBe('9');
  });

  it('is reset by a snapshot with another id, when the tab joins again after a pause', () => {
    const state = given();
    state.receive(event('counts', COUNTS, '9'));
    state.joined();
    state.receive({ kind: 'state', state: { ...state.snapshot(), id: '12' } });
    expect(state.gatherer.takeBatch()).toMatchObject({ reset: true });
  });

  it('reports changes of maintenance once, and whenever one may have been missed', () => {
    const state = given();
    state.receive(event('maintenance', {}));
    expect(state.gatherer.empty).toBe(false);
    expect(state.gatherer.takeBatch()).toMatchObject({ maintenance: true, reset: false });
    expect(state.gatherer.takeBatch()).toMatchObject({ maintenance: false });
    state.receive(event('counts', COUNTS, '9'));
    state.receive({ kind: 'open', missed: true });
    expect(state.gatherer.takeBatch()).toMatchObject({ maintenance: true, resumed: true });
    state.receive(event('reset', {}));
    expect(state.gatherer.takeBatch()).toMatchObject({ maintenance: true, reset: true });
  });

  it('resumes after missed results if it knows an event id, otherwise it is reset', () => {
    const state = given();
    state.receive({ kind: 'open', missed: true });
    expect(state.gatherer.takeBatch()).toMatchObject({ reset: true, resumed: false });
    state.receive(event('counts', COUNTS, '9'));
    state.receive({ kind: 'open', missed: true });
    expect(state.gatherer.takeBatch()).toMatchObject({ reset: false, resumed: true });
  });

  it('keeps since when the connection is lost, also in a snapshot', () => {
    const state = given();
    state.receive({ kind: 'open', missed: false });
    state.receive({ kind: 'lost' });
    vi.advanceTimersByTime(4_000);
    state.receive({ kind: 'lost' });
    expect(state.snapshot().lostMs).toBe(4_000);
    const follower = given();
    follower.receive({ kind: 'state', state: state.snapshot() });
    expect([follower.link().kind, follower.snapshot().lostMs]).toEqual(['lost', 4_000]);
  });
});
