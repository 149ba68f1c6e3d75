import '@angular/compiler';
import { DestroyRef, Injector, runInInjectionContext } from '@angular/core';
import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import type { TargetView } from '@icmp-mon/targets/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShownMarks } from './shown-marks';
import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

const MARK: TargetMaintenance = {
  ...{ occurrence: 'w@2027-01-05', until: '2027-01-05T03:00:00.000Z', kind: 'window', title: 'Line cards', by: 'ada' },
};
const row = (key: number, maintenance: TargetMaintenance | null = null) =>
  ({ id: `id-${key}`, key, maintenance }) as TargetView;

/** Returns marks of a list with these rows, whose server responds with `marks` by key; `fails` reads are refused first. */
function given(rows: TargetView[], marks: Record<number, TargetMaintenance>, fails = 0) {
  let hear: (batch: Partial<StreamBatch>) => void = () => undefined;
  const reads: (readonly number[])[] = [];
  const received: StreamBatch[] = [];
  const readMarks = (keys: readonly number[]) => {
    reads.push(keys);
    if (reads.length <= fails) return Promise.reject(new Error('away'));
    return Promise.resolve({ items: keys.map((key) => ({ key, maintenance: marks[key] ?? null })) });
  };
  const injector = Injector.create({
    providers: [
      { provide: TargetsClient, useValue: { readMarks } },
      { provide: LiveStream, useValue: { listenToBatches: (listener: typeof hear) => (hear = listener) } },
      { provide: DestroyRef, useValue: { onDestroy: () => () => undefined } },
      {
        provide: TargetRows,
        useValue: {
          rowOf: (id: string) => rows.find((each) => each.id === id),
          receiveBatch: (batch: StreamBatch) => received.push(batch),
        },
      },
    ],
  });
  const shown = runInInjectionContext(injector, () => new ShownMarks());
  shown.showTargets(rows);
  return { shown, hear: (batch: Partial<StreamBatch>) => hear(batch), reads, received };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the marks of visible rows', () => {
  it('are read when windows have changed, once, and rows that have another one change in place', async () => {
    const { hear, shown, reads, received } = given([row(1), row(2, MARK), row(3, MARK)], { 1: MARK, 3: MARK });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reads).toEqual([]);
    hear({ maintenance: true, reset: false });
    hear({ maintenance: true, reset: false });
    await vi.advanceTimersByTimeAsync(200);
    expect(reads).toEqual([[1, 2, 3]]);
    const changed = received.flatMap(({ targets }) => targets.map(({ id, maintenance }) => [id, maintenance]));
    expect(changed).toEqual([
      ['id-1', MARK],
      ['id-2', null],
    ]);
    // Rows that come into view later have the mark of when they were read, too.
    shown.showTargets([row(3, MARK), row(4)]);
    await vi.advanceTimersByTimeAsync(200);
    expect(reads).toEqual([[1, 2, 3], [4]]);
  });

  it('are read with the rows after a reset', async () => {
    const { hear, reads } = given([row(1)], {});
    hear({ maintenance: true, reset: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reads).toEqual([]);
  });

  it('stay when they cannot be read, and are read again', async () => {
    const { hear, reads, received } = given([row(1)], { 1: MARK }, 1);
    hear({ maintenance: true, reset: false });
    await vi.advanceTimersByTimeAsync(200);
    expect([reads.length, received.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([reads.length, received.length]).toEqual([2, 1]);
  });
});
