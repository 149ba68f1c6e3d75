import type { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiReadiness } from './readiness';

describe('the readiness of the API', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is read again after one second, even if the wall clock was set back', async () => {
    let answers = true;
    const database = { query: () => (answers ? Promise.resolve([]) : Promise.reject(new Error('away'))) };
    const readiness = new ApiReadiness(
      database as unknown as ControlDatabase,
      database as unknown as TelemetryDatabase,
    );
    expect((await readiness.read())['controlDatabase']?.ok).toBe(true);
    answers = false;
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await readiness.read())['controlDatabase']?.ok).toBe(false);
  });
});
