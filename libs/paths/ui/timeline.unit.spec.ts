import type { PathChange, StoredTraceSummary } from '@icmp-mon/paths/contract';
import { describe, expect, it } from 'vitest';
import { marksOf, momentAt, momentsOf, traceBefore } from './timeline';

const at = (second: number): string => new Date(second * 1_000).toISOString();
const SPAN = { fromMs: 0, toMs: 100_000 };

const trace = (second: number, more: Partial<StoredTraceSummary> = {}): StoredTraceSummary => ({
  ...{ id: `trace ${second}`, agentId: 'one', agentName: 'one', cause: 'schedule', commandId: null },
  ...{ startedAt: at(second), receivedAt: at(second), ok: true, reason: null, detail: null },
  ...{ reached: true, hops: 5, onset: null },
  ...more,
});
const onset = { hop: 3, lossPercent: 30, rounds: 4, terminal: false };
const change = (second: number): PathChange => ({
  ...{
    id: `change ${second}`,
    targetId: 't',
    agentId: 'one',
    agentName: 'one',
    at: at(second),
    traceId: `trace ${second}`,
  },
  ...{ left: ['192.0.2.1'], joined: [] },
});

describe('the timeline', () => {
  it('has a mark for each trace and change, by cause, with its loss', () => {
    const marks = marksOf([trace(60, { cause: 'bad', onset, reached: false }), trace(10)], [change(60)], SPAN);
    expect(marks.map(({ cause, place, loss }) => [cause, place, loss])).toEqual([
      ['schedule', 10, 'none'],
      ['bad', 60, 'all'],
      ['change', 60, 'none'],
    ]);
  });

  it('joins traces at the same place, and shows the worst of them', () => {
    const marks = marksOf([trace(50), trace(50.05, { onset }), trace(50.1)], [], SPAN);
    expect(marks.map(({ loss }) => loss)).toEqual(['some']);
  });

  it('leaves out what is not in the span', () => {
    expect(marksOf([trace(101)], [change(-1)], SPAN)).toEqual([]);
  });

  it('steps from trace to trace, and to now', () => {
    const moments = momentsOf([trace(30), trace(10), trace(30), trace(20)]);
    expect(moments).toEqual([10_000, 20_000, 30_000]);
    expect([5_000, 10_000, 25_000, 99_000, null].map((ms) => momentAt(moments, ms))).toEqual([0, 0, 1, 2, 3]);
    expect(momentAt([], null)).toBe(0);
  });

  it('finds the trace before a change, of the same agent', () => {
    const traces = [trace(30), trace(20, { agentId: 'two' }), trace(10), trace(5)];
    expect(traceBefore(traces, 'one', at(30))?.id).toBe('trace 10');
    expect(traceBefore(traces, 'two', at(20))).toBeNull();
  });
});
