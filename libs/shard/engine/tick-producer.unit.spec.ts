import { createLogger } from '@icmp-mon/platform/ops';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickProducer } from './tick-producer';

describe('a tick producer that stops', () => {
  let sends: (() => void)[];
  let producer: TickProducer;
  let stop: () => Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers();
    sends = [];
    const sql = { query: async <T>() => [{ at_ms: 1 }] as T[], execute: async () => 0 };
    const messaging = { sendMessages: () => new Promise<void>((resolve) => sends.push(resolve)) };
    producer = new TickProducer(sql, messaging, 1, createLogger('test'));
    const lost = new AbortController();
    const running = producer.produceTicks(1, lost.signal);
    stop = () => {
      lost.abort();
      return running;
    };
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits for the tick that is being sent, and sends no more', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    let stopped = false;
    const stopping = stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(2_000);
    expect({ stopped, sends: sends.length }).toEqual({ stopped: false, sends: 1 });
    sends[0]();
    await stopping;
  });

  it('is not ready when its ticks are no longer written, also when the wall clock was set back', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    sends[0]();
    await vi.advanceTimersByTimeAsync(0);
    expect(producer.readiness().ok).toBe(true);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(producer.readiness().ok).toBe(false);
    sends[1]();
    await stop();
  });

  it('stops waiting for a tick that hangs', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    const stopping = stop();
    await vi.advanceTimersByTimeAsync(4_000);
    await stopping;
  });
});
