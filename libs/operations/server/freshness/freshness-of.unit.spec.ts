import type { HealthPart, HealthState } from '@icmp-mon/operations/contract';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import type { HealthLook } from '../health/health-reader';
import type { PartReader } from '../health/health-reading';
import { type FreshnessFacts, freshnessOf } from './freshness-of';

const NOW_MS = Date.parse('2026-11-18T11:00:00Z');

const STATUSES: PartReader = {
  ...{ id: 'statuses', title: 'Statuses', runbook: '', isVital: true, columns: [], labels: [] },
  readPart: () => Promise.reject(new Error('The part is not read in this test.')),
};

const part = (id: string, state: HealthState, summary: string): HealthPart => ({
  ...{ id, title: id, state, summary, advice: null, runbook: '', readAt: '', unknownSince: null },
  ...{ columns: [], rows: [], rowsOmitted: 0 },
});

function looked(parts: HealthPart[], publishedS = 0): HealthLook {
  const row = { state: 'ok' as const, values: { step: 'published', ageS: publishedS, behind: 3 } };
  return {
    view: { at: '', state: 'ok', headline: 'All systems operational', parts },
    parts: [{ part: STATUSES, state: 'ok', rows: [row] }],
  };
}

const facts = (change: Partial<FreshnessFacts>): FreshnessFacts => ({
  ages: { statusesMs: 1_000, resultsMs: 2_000, unreadMs: 100, nowMs: NOW_MS },
  look: looked([part('statuses', 'ok', 'Statuses are 1 s old')]),
  lookedMsAgo: 1_000,
  wasLate: false,
  nowMs: NOW_MS + 60_000,
  thresholds: DEFAULT_THRESHOLDS,
  ...change,
});
const old = { statusesMs: 40_000, resultsMs: 41_000, unreadMs: 100, nowMs: NOW_MS };

describe('how fresh pages are', () => {
  it('is the age of the oldest shard while nothing is late', () => {
    expect(freshnessOf(facts({}))).toEqual({
      ...{ at: new Date(NOW_MS).toISOString(), statusesAgeMs: 1_000, resultsAgeMs: 2_000, late: null, notice: null },
      health: { state: 'ok', headline: 'All systems operational' },
    });
  });

  it('contains the time of the databases, or of the process while that is unknown', () => {
    expect(freshnessOf(facts({})).at).toBe(new Date(NOW_MS).toISOString());
    const unknown = facts({ ages: { ...old, nowMs: null } });
    expect(freshnessOf(unknown).at).toBe(new Date(unknown.nowMs).toISOString());
  });

  it('names the cause of outdated statuses in the words of the health part', () => {
    const look = looked([part('statuses', 'attention', 'statuses are 38 s old: no projector owns 8 of 8 shards')]);
    expect(freshnessOf(facts({ ages: old, look })).late).toBe('no projector owns 8 of 8 shards');
  });

  it('is late even while the cause is unknown and while the databases do not respond', () => {
    expect(freshnessOf(facts({ ages: old, look: null })).late).toBe('the cause is not known yet');
    expect(freshnessOf(facts({ ages: { ...old, unreadMs: 7_000 } })).late).toBe('the databases do not respond');
  });

  it('names an unavailable service before the statuses part reports a problem', () => {
    const look = looked([part('statuses', 'ok', 'fresh'), part('services', 'bad', 'Not responding: Kafka')]);
    expect(freshnessOf(facts({ ages: old, look })).late).toBe('not responding: Kafka');
  });

  it('adds the time since the health reading to the age of changes that did not reach the list', () => {
    const look = looked([part('statuses', 'attention', 'statuses are 8 s old: 3 status changes wait')], 8);
    expect(freshnessOf(facts({ look, lookedMsAgo: 2_000 }))).toMatchObject({
      statusesAgeMs: 10_000,
      late: '3 status changes wait',
    });
  });

  it('stays late until the age is clearly below the threshold', () => {
    const ages = { statusesMs: 5_000, resultsMs: 5_000, unreadMs: 0, nowMs: NOW_MS };
    expect(freshnessOf(facts({ ages, wasLate: true })).late).not.toBeNull();
    expect(freshnessOf(facts({ ages })).late).toBeNull();
    expect(freshnessOf(facts({ ages: { ...ages, statusesMs: 3_000 }, wasLate: true })).late).toBeNull();
  });

  it.each([
    [
      part('services', 'attention', 'Not responding: Redis'),
      'Not responding: Redis. Live graphs update every 5 s instead of immediately',
    ],
    [part('services', 'bad', 'Not responding: Kafka'), 'Not responding: Kafka'],
    [part('processes', 'bad', 'No gateway is reporting'), 'No gateway is reporting'],
    [part('agents', 'bad', '2 of 2 agents lost: a, b'), '2 of 2 agents lost: a, b'],
    [part('agents', 'attention', '1 of 2 agents lost: a'), null],
    [part('disks', 'bad', 'full'), null],
  ])('reports other problems as a notice: %j', (wrong, notice) => {
    expect(freshnessOf(facts({ look: looked([wrong]) })).notice).toBe(notice);
  });
});
