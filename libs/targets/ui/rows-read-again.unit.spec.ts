// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { DestroyRef, Injector, runInInjectionContext, signal } from '@angular/core';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { Clock } from '@icmp-mon/platform/ui-kit';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { WORST_FIRST } from './list-query';
import { PAGE_ROWS } from './row-window';
import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

const RESET: StreamBatch = {
  targets: [],
  removed: [],
  results: [],
  commands: [],
  maintenance: true,
  reset: true,
  resumed: false,
};

/** Rows over a server with many targets, named by `nameOf`; a read waits while it is held. */
function given() {
  let receive: (batch: StreamBatch) => void = () => undefined;
  let nameOf = (at: number): string => `t-${at}`;
  let total = 10_000;
  const held: (() => void)[] = [];
  let isHeld = false;
  const readPage = async ({ position = '0' }: Readonly<Record<string, string>>): Promise<TargetPage> => {
    const first = Number(position);
    const length = Math.max(0, Math.min(PAGE_ROWS, total - first));
    const items = Array.from({ length }, (_, slot) => ({ id: nameOf(first + slot) }) as TargetView);
    if (isHeld) await new Promise<void>((release) => held.push(release));
    return { items, next: null, total, position: first, asOf: null };
  };
  const injector = Injector.create({
    providers: [
      { provide: TargetsClient, useValue: { readPage } },
      { provide: Clock, useValue: { nowMs: signal(0) } },
      { provide: LiveStream, useValue: { listenToBatches: (listener: typeof receive) => (receive = listener) } },
      { provide: DestroyRef, useValue: { onDestroy: () => () => undefined } },
    ],
  });
  const rows = runInInjectionContext(injector, () => new TargetRows());
  return {
    rows,
    reset: () => receive(RESET),
    shrink: (left: number) => (total = left),
    rename: (change: typeof nameOf) => (nameOf = change),
    hold: (change: boolean) => (isHeld = change),
    releaseReads: () => held.splice(0).forEach((release) => release()),
  };
}

describe('rows that are read again', () => {
  it('are the visible ones, also across two pages', async () => {
    const { rows, reset, rename } = given();
    await rows.readList(WORST_FIRST);
    rows.showRange(4_970, 5_030);
    await expect.poll(() => rows.rowAt(5_029)?.id).toBe('t-5029');
    rename((at) => `u-${at}`);
    reset();
    await expect.poll(() => [rows.rowAt(4_970)?.id, rows.rowAt(5_029)?.id]).toEqual(['u-4970', 'u-5029']);
  });

  it('are the last ones if the list became shorter', async () => {
    const { rows, reset, shrink } = given();
    await rows.readList(WORST_FIRST);
    rows.showRange(4_970, 5_030);
    await expect.poll(() => rows.rowAt(5_029)?.id).toBe('t-5029');
    shrink(300);
    reset();
    await expect.poll(() => [rows.length(), rows.rowAt(299)?.id]).toEqual([300, 't-299']);
  });

  it('keep the place to which the user scrolls meanwhile', async () => {
    const { rows, reset, hold, releaseReads } = given();
    await rows.readList(WORST_FIRST);
    hold(true);
    reset();
    rows.showRange(7_000, 7_060);
    hold(false);
    releaseReads();
    await expect.poll(() => [rows.refreshing(), rows.rowAt(7_000)?.id]).toEqual([false, 't-7000']);
  });

  it('are complete although a read of the list before is still in progress', async () => {
    const { rows, hold, releaseReads } = given();
    await rows.readList(WORST_FIRST);
    hold(true);
    rows.showRange(4_970, 5_000);
    hold(false);
    await rows.readList({ ...WORST_FIRST, q: 'x' });
    rows.showRange(7_000, 7_060);
    releaseReads();
    await expect.poll(() => rows.rowAt(7_000)?.id).toBe('t-7000');
  });
});
