import { ReadinessParts } from '@icmp-mon/platform/plugins';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiReadiness } from './readiness';

describe('the readiness of the API', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is evaluated again after one second, even if the wall clock was set back', async () => {
    let ok = true;
    const parts = new ReadinessParts();
    parts.plug({ name: 'controlDatabase', checkPart: () => ({ ok, detail: '' }) });
    const readiness = new ApiReadiness(parts);
    expect((await readiness.checkAll())['controlDatabase']?.ok).toBe(true);
    ok = false;
    expect((await readiness.checkAll())['controlDatabase']?.ok).toBe(true);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await readiness.checkAll())['controlDatabase']?.ok).toBe(false);
  });
});
