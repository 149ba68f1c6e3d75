import type { HealthPart, HealthState } from '@icmp-mon/operations/contract';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import type { HealthLook } from '../health/health-reader';
import type { PartReader } from '../health/health-reading';
import { type FreshnessFacts, freshnessOf } from './freshness-of';

const NOW_MS = Date.parse('2026-11-18T11:00:00Z');

const STATUSES: PartReader = {
  ...{ id: 'statuses', title: 'Statuses', runbook: '', isVital: true, columns: [], labels: [] },
  read: () => Promise.reject(new Error('It was read before.')),
};

const part = (id: string, state: HealthState, summary: string): HealthPart => ({
  ...{ id, title: id, state, summary, advice: null, runbook: '', readAt: '', unknownSince: null },
  ...{ columns: [], rows: [], rowsOmitted: 0 },
});

function looked(parts: HealthPart[], publishedS = 0): HealthLook {
  const row = { state: 'ok' as const, values: { step: 'published', ageS: publishedS, behind: 3 } };
  return {
    view: { at: '', state: 'ok', headline: 'All is well', parts },
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
  it('is the age of the oldest shard while all is well', () => {
    expect(freshnessOf(facts({}))).toEqual({
      ...{ at: new Date(NOW_MS).toISOString(), statusesAgeMs: 1_000, resultsAgeMs: 2_000, late: null, notice: null },
      health: { state: 'ok', headline: 'All is well' },
    });
  });

  it('carries the time of the databases, or of the process while that is not known', () => {
    expect(freshnessOf(facts({})).at).toBe(new Date(NOW_MS).toISOString());
    const unknown = facts({ ages: { ...old, nowMs: null } });
    expect(freshnessOf(unknown).at).toBe(new Date(unknown.nowMs).toISOString());
  });

  it('names what holds statuses up in the words of the health', () => {
    const look = looked([part('statuses', 'attention', 'statuses are 38 s old: no projector owns 8 of 8 shards')]);
    expect(freshnessOf(facts({ ages: old, look })).late).toBe('no projector owns 8 of 8 shards');
  });

  it('is late also before anybody knows why, and when the database does not say', () => {
    expect(freshnessOf(facts({ ages: old, look: null })).late).toBe('the cause is being looked for');
    expect(freshnessOf(facts({ ages: { ...old, unreadMs: 7_000 } })).late).toBe('the databases do not answer');
  });

  it('names a service that is away before the statuses themselves count as old', () => {
    const look = looked([part('statuses', 'ok', 'fresh'), part('services', 'bad', 'Not answering: Kafka')]);
    expect(freshnessOf(facts({ ages: old, look })).late).toBe('not answering: Kafka');
  });

  it('counts changes that do not reach the list, on from when they were seen', () => {
    const look = looked([part('statuses', 'attention', 'statuses are 8 s old: 3 status changes wait')], 8);
    expect(freshnessOf(facts({ look, lookedMsAgo: 2_000 }))).toMatchObject({
      statusesAgeMs: 10_000,
      late: '3 status changes wait',
    });
  });

  it('stays late until it is clearly fresh again', () => {
    const ages = { statusesMs: 5_000, resultsMs: 5_000, unreadMs: 0, nowMs: NOW_MS };
    expect(freshnessOf(facts({ ages, wasLate: true })).late).not.toBeNull();
    expect(freshnessOf(facts({ ages })).late).toBeNull();
    expect(freshnessOf(facts({ ages: { ...ages, statusesMs: 3_000 }, wasLate: true })).late).toBeNull();
  });

  it.each([
    [
      part('services', 'attention', 'Not answering: Redis'),
      'Not answering: Redis. Live graphs follow every 5 s instead of at once',
    ],
    [part('services', 'bad', 'Not answering: Kafka'), 'Not answering: Kafka'],
    [part('processes', 'bad', 'No gateway is heard'), 'No gateway is heard'],
    [part('agents', 'bad', '2 of 2 agents not heard'), '2 of 2 agents not heard'],
    [part('agents', 'attention', '1 of 2 agents not heard'), null],
    [part('disks', 'bad', 'full'), null],
  ])('mentions what else is wrong: %j', (wrong, notice) => {
    expect(freshnessOf(facts({ look: looked([wrong]) })).notice).toBe(notice);
  });
});
