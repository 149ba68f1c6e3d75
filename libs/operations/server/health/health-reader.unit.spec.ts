import type { HealthState } from '@icmp-mon/operations/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HealthReader } from './health-reader';
import type { HealthSources, PartReader } from './health-reading';

const HOUR_MS = 3_600_000;

describe('the health', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is read again after some seconds, even when the wall clock was set back', async () => {
    let state: HealthState = 'ok';
    const part: PartReader = {
      ...{ id: 'services', title: 'Services', runbook: 'runbooks/health.md', isVital: true, columns: [], labels: [] },
      readPart: () => Promise.resolve({ state, summary: state, advice: null, rows: [] }),
    };
    // The part uses none of them.
    const sources: Partial<HealthSources> = {};
    const reader = new HealthReader(sources as HealthSources, [part]);
    expect((await reader.readHealth()).state).toBe('ok');
    state = 'bad';
    expect((await reader.readHealth()).state).toBe('ok');
    vi.setSystemTime(Date.now() - HOUR_MS);
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await reader.readHealth()).state).toBe('bad');
  });
});
