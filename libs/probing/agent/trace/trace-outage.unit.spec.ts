import { TRACE_SETTINGS } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { type DueTrace, TraceSchedule } from './trace-schedule';
import type { TraceTarget } from './trace-targets';

const MINUTE_MS = 60_000;
const PACKETS = 120;
const TARGETS = 100_000;
const WAITING = 200;
const keys = Array.from({ length: TARGETS }, (_, at) => at + 1);

/** 250 targets in each of 400 networks. */
const targets = keys.map((key): TraceTarget => {
  return { key, ip: `10.${key % 100}.${(key >> 8) & 3}.${key % 250}`, check: 1, missesToFail: 3 };
});

describe('90,000 of 100,000 targets that go bad together', () => {
  it('are a bounded sample, spread over networks, and traced within the budget', () => {
    let nowMs = 1_700_000_000_000;
    const schedule = new TraceSchedule(() => TRACE_SETTINGS, nowMs);
    schedule.replaceTargets(targets, 3_333, nowMs);
    for (const key of keys) schedule.recordResult(key, 1, false, nowMs);
    const before = process.memoryUsage().heapUsed;
    for (let misses = 0; misses < 3; misses++) {
      for (const key of keys) if (key % 100 < 90) schedule.recordResult(key, 1, true, nowMs);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    expect(schedule.waitingTraces).toBe(WAITING);
    expect(schedule.dropped.sample).toBe(0.9 * TARGETS - WAITING);
    const made: DueTrace[] = [];
    for (const untilMs = nowMs + 9 * MINUTE_MS; nowMs < untilMs; nowMs += 500) {
      const next = (): DueTrace | null =>
        schedule.nextTrace(nowMs, { isAllowed: true, repliedAtMs: nowMs + 1, running: 0 });
      for (let due = next(); due !== null; due = next()) {
        made.push(due);
        schedule.endTrace(PACKETS);
      }
    }
    expect(made.length * PACKETS).toBeLessThanOrEqual(0.01 * 3_333 * 540 + 1_200);
    const networks = made.flatMap(({ cause, ip }) => (cause === 'bad' ? [ip.slice(0, ip.lastIndexOf('.'))] : []));
    expect(networks.length).toBeGreaterThan(100);
    expect(new Set(networks).size).toBe(networks.length);
    // The rest is no longer news.
    schedule.nextTrace(nowMs + 2 * MINUTE_MS, { isAllowed: true, repliedAtMs: nowMs, running: 0 });
    expect(schedule.waitingTraces).toBe(0);
  });
});
