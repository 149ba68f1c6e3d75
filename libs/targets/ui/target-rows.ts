import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { Clock, countText } from '@icmp-mon/platform/ui-kit';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { givenParams, type ListQuery, WORST_FIRST } from './list-query';
import { findRow } from './find-row';
import { HeldChanges } from './held-changes';
import { applyChanges } from './row-changes';
import { RowMarks, TINT_FOR_MS } from './row-marks';
import { PAGE_ROWS, RowWindow } from './row-window';
import { NOTHING_READ, type RowsState } from './rows-state';
import { TargetsClient } from './targets.client';

/** Number of visible rows until the page reports its size. */
const SHOWN_ROWS = 60;

/**
 * The rows of the target list: pages are read on scrolling, and changes of the stream are applied in place.
 *
 * - Stable order: a change never moves a row; rows that belong elsewhere are counted in `outOfPlace` until the list is read again.
 * - Latest read wins: the result of a superseded read is dropped.
 * - Kept on failure: rows stay when a read fails, with the failure and since when.
 * - Reset: after a `reset`, or a `resumed` stream while a read fails, the visible rows are read again.
 * - Paused: changes are held back; after too many of them, or a reset, resuming reads the list again.
 */
@Injectable()
export class TargetRows {
  private readonly client = inject(TargetsClient);
  private readonly nowMs = inject(Clock).nowMs;
  private readonly read = signal(new RowWindow());
  private query: ListQuery = WORST_FIRST;
  private reading = 0;
  private shown = { start: 0, end: SHOWN_ROWS };
  /** The read whose missing pages are being read; 0 for none. */
  private filling = 0;
  private readonly marks = new RowMarks();
  private readonly held = new HeldChanges();
  private readonly state = signal<RowsState>(NOTHING_READ);

  /** Rows as they were last read; another object after each read. */
  readonly lastRead = this.read.asReadonly();

  readonly length = computed(() => this.state().length);
  /** Whether the first read is not finished yet. */
  readonly loadingFirst = computed(() => this.state().loadingFirst);
  /** Whether a read is in progress; the rows are still the old ones. */
  readonly refreshing = computed(() => this.state().refreshing);
  readonly failure = computed(() => this.state().failure);
  /** Number of targets, as text for screen readers; empty while unknown. */
  readonly announced = computed(() => {
    const { loadingFirst, failure, length } = this.state();
    return loadingFirst || failure !== null ? '' : `${countText(length)} ${length === 1 ? 'target' : 'targets'}`;
  });
  /** Number of rows that are new or belong elsewhere; a new read puts them in order. */
  readonly outOfPlace = computed(() => this.state().outOfPlace);
  /** Since when changes are held back, ms since 1970; or null. */
  readonly pausedSince = computed(() => this.state().pausedSinceMs);
  /** Number of changes that are held back. */
  readonly heldBack = computed(() => this.state().heldBack);

  constructor() {
    inject(LiveStream).listenToBatches((batch) => this.receiveBatch(batch));
    inject(DestroyRef).onDestroy(() => (this.reading += 1));
  }

  rowAt(index: number): TargetView | undefined {
    this.state();
    return this.read().rowAt(index);
  }

  /** Returns a loaded row by its target's id. */
  rowOf(id: string): TargetView | undefined {
    this.state();
    return this.read().rowOf(id);
  }

  isTinted(id: string): boolean {
    this.state();
    return this.marks.isTinted(id);
  }

  isGone(id: string): boolean {
    this.state();
    return this.marks.isRemoved(id);
  }

  /**
   * Reads the list of a query, from its start or around a target; the old rows stay until the new ones are loaded. Returns the index of
   * that target, or of the row now at its position; 0 if none is given.
   */
  readList(query: ListQuery, around?: string): Promise<number> {
    this.query = query;
    return this.readAt(() =>
      around === undefined ? Promise.resolve(0) : findRow(around, (part) => this.fetchPage(part)),
    );
  }

  /** Reads the visible rows again. */
  async retryRead(): Promise<void> {
    await this.readAt(() => Promise.resolve(Math.max(0, Math.min(this.shown.start, this.read().length - 1))));
    await this.fillRange();
  }

  /** Reads the list at a row. Returns the index of that row, or of the last one. */
  private async readAt(findIndex: () => Promise<number>): Promise<number> {
    const reading = ++this.reading;
    this.changeState({ refreshing: true });
    try {
      const index = await findIndex();
      const first = Math.floor(index / PAGE_ROWS);
      const page = await this.fetchPage({ position: String(first * PAGE_ROWS) });
      if (reading !== this.reading) return 0;
      const window = new RowWindow();
      window.putPage(first, page);
      this.read.set(window);
      this.marks.clear();
      this.changeState({ loadingFirst: false, failure: null });
      return Math.max(0, Math.min(index, this.read().length - 1));
    } catch (failure) {
      if (reading === this.reading) this.showFailure(failure);
    } finally {
      if (reading === this.reading) this.touch({ refreshing: false });
    }
    return 0;
  }

  /** Sets the visible rows; missing pages are read. */
  showRange(start: number, end: number): void {
    this.shown = { start, end };
    void this.fillRange();
  }

  pauseReads(paused: boolean): void {
    this.changeState({ pausedSinceMs: paused ? Date.now() : null, heldBack: 0 });
    if (paused) return;
    for (const batch of this.held.releaseBatches()) this.applyBatch(batch);
  }

  private async fillRange(): Promise<void> {
    const reading = this.reading;
    if (this.filling === reading) return;
    this.filling = reading;
    try {
      for (;;) {
        const wanted = this.read().pageToRead(this.shown.start, this.shown.end);
        if (wanted === null || reading !== this.reading) return;
        const page = await this.fetchPage({ position: String(wanted * PAGE_ROWS) });
        if (reading !== this.reading) return;
        this.read().putPage(wanted, page);
        this.touch({ failure: null });
      }
    } catch (failure) {
      if (reading === this.reading) this.showFailure(failure);
    } finally {
      if (this.filling === reading) this.filling = 0;
    }
  }

  private showFailure(error: unknown): void {
    this.changeState({ failure: { error, sinceMs: this.state().failure?.sinceMs ?? Date.now() } });
  }

  private fetchPage(part: Readonly<Record<string, string>>): Promise<TargetPage> {
    return this.client.readPage({ limit: String(PAGE_ROWS), ...part, ...givenParams(this.query) });
  }

  /** Applies changes, now or when the list is no longer paused. */
  receiveBatch(batch: StreamBatch): void {
    if (this.state().pausedSinceMs === null) {
      this.applyBatch(batch);
      return;
    }
    this.held.add(batch);
    this.changeState({ heldBack: this.held.count });
  }

  private applyBatch(batch: StreamBatch): void {
    if (batch.reset || (batch.resumed && this.state().failure !== null)) {
      void this.retryRead();
      return;
    }
    if (batch.targets.length === 0 && batch.removed.length === 0) return;
    const { marks, query } = this;
    applyChanges(batch, { window: this.read(), marks, query, nowMs: this.nowMs() });
    this.touch();
    setTimeout(() => {
      this.marks.fadeTints(Date.now());
      this.touch();
    }, TINT_FOR_MS + 50);
  }

  private changeState(change: Partial<RowsState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  /** Publishes rows that changed in place: computed values that read them are updated. */
  private touch(change: Partial<RowsState> = {}): void {
    this.changeState({ length: this.read().length, outOfPlace: this.marks.outOfPlace, ...change });
  }
}
