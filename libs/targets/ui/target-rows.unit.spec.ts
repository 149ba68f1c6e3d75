// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { computed, DestroyRef, Injector, runInInjectionContext, signal } from '@angular/core';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { Clock } from '@icmp-mon/platform/ui-kit';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { WORST_FIRST } from './list-query';
import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

const row = (key: number, change: Partial<TargetView> = {}): TargetView => ({
  ...{ id: `id-${key}`, key, ip: `127.0.0.${key}`, vrf: 'default', name: null, tags: {}, tier: 'standard' },
  ...{
    paused: false,
    parents: [],
    notes: null,
    owner: null,
    registeredAt: '2026-03-01T00:00:00.000Z',
    version: 1,
    status: 'up',
    reason: null,
    since: null,
  },
  ...{ lastSuccessAt: null, asOf: null, placement: null, maintenance: null },
  ...change,
});

const batch = (change: Partial<StreamBatch>): StreamBatch => ({
  ...{ targets: [], removed: [], results: [], commands: [], maintenance: false, reset: false, resumed: false },
  ...change,
});

/** Returns rows whose server responds with `pages` in order; an error is thrown. */
function given(...pages: (TargetView[] | Error)[]) {
  let hear: (heard: StreamBatch) => void = () => undefined;
  let reads = 0;
  const page = (): Promise<TargetPage> => {
    const items = pages[Math.min(reads++, pages.length - 1)] ?? [];
    if (items instanceof Error) return Promise.reject(items);
    return Promise.resolve({ items, next: null, total: items.length, position: 0, asOf: null });
  };
  const nowMs = signal(Date.parse('2026-04-01T00:00:00.000Z'));
  const injector = Injector.create({
    providers: [
      { provide: TargetsClient, useValue: { readPage: page } },
      { provide: Clock, useValue: { nowMs } },
      { provide: LiveStream, useValue: { listenToBatches: (listener: typeof hear) => (hear = listener) } },
      { provide: DestroyRef, useValue: { onDestroy: () => () => undefined } },
    ],
  });
  const rows = runInInjectionContext(injector, () => new TargetRows());
  return { rows, hear: (heard: Partial<StreamBatch>) => hear(batch(heard)), reads: () => reads };
}

describe('the rows of the target list', () => {
  it('are read, and change in place', async () => {
    const { rows, hear } = given([row(1), row(2)]);
    expect([rows.loadingFirst(), rows.length()]).toEqual([true, 0]);
    await rows.readList(WORST_FIRST);
    expect([rows.loadingFirst(), rows.refreshing(), rows.length()]).toEqual([false, false, 2]);
    const shown = computed(() => rows.rowAt(0)?.status);
    expect(shown()).toBe('up');
    hear({ targets: [row(1, { status: 'down', version: 2 })] });
    expect(shown()).toBe('down');
    expect([rows.isTinted('id-1'), rows.isTinted('id-2')]).toEqual([true, false]);
    // Sorted by worst status: the row belongs elsewhere now, and stays until the list is read again.
    expect(rows.outOfPlace()).toBe(1);
    hear({ removed: ['id-2'] });
    expect([rows.isGone('id-2'), rows.outOfPlace(), rows.length()]).toEqual([true, 2, 2]);
  });

  it('stay when a new read fails, with the start of the failure', async () => {
    const { rows } = given([row(1)], new Error('away'), new Error('still away'), [row(1), row(2)]);
    await rows.readList(WORST_FIRST);
    await rows.retryRead();
    const since = rows.failure()?.sinceMs;
    expect([rows.length(), rows.refreshing(), since === undefined]).toEqual([1, false, false]);
    await rows.retryRead();
    expect(rows.failure()).toMatchObject({ error: new Error('still away'), sinceMs: since });
    await rows.retryRead();
    expect([rows.failure(), rows.length()]).toEqual([null, 2]);
  });

  it.each([400, 404])(
    'begin at the start if the URL contains a row that the API does not know (%s)',
    async (status) => {
      const { rows } = given(Object.assign(new Error('refused'), { status }), [row(1), row(2)]);
      expect(await rows.readList(WORST_FIRST, 'nonsense')).toBe(0);
      expect([rows.failure(), rows.length()]).toEqual([null, 2]);
    },
  );

  it('are announced to screen readers only after a successful read', async () => {
    const { rows } = given(new Error('away'), [row(1)], new Error('away'));
    await rows.readList(WORST_FIRST);
    expect(rows.announced()).toBe('');
    await rows.retryRead();
    expect(rows.announced()).toBe('1 target');
    await rows.readList({ ...WORST_FIRST, q: 'x' });
    expect(rows.announced()).toBe('');
  });

  it('hold changes back while paused, and apply them afterwards', async () => {
    const { rows, hear } = given([row(1)]);
    await rows.readList(WORST_FIRST);
    rows.pauseReads(true);
    hear({ targets: [row(1, { status: 'down', version: 2 })] });
    expect([rows.pausedSince() === null, rows.heldBack(), rows.rowAt(0)?.status]).toEqual([false, 1, 'up']);
    rows.pauseReads(false);
    expect([rows.pausedSince(), rows.heldBack(), rows.rowAt(0)?.status]).toEqual([null, 0, 'down']);
  });

  it('are read again after a reset of the stream', async () => {
    const { rows, hear, reads } = given([row(1)], [row(1), row(2), row(3)]);
    await rows.readList(WORST_FIRST);
    hear({ reset: true });
    await expect.poll(() => rows.length()).toBe(3);
    expect(reads()).toBe(2);
  });
});
