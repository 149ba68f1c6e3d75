import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { Clock, countText, type ReadFailure, readProblem } from '@icmp-mon/platform/ui-kit';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { givenParams, type ListQuery, matches, moves, WORST_FIRST } from './list-query';
import { PAGE_ROWS, RowWindow } from './row-window';
import { TargetsClient } from './targets.client';

const TINT_FOR_MS = 1_200;
const HELD_MAX = 5_000;
/** Number of visible rows until the page reports its size. */
const SHOWN_ROWS = 60;
const READ_AGAIN: StreamBatch = { targets: [], removed: [], results: [], reset: true, resumed: false };

interface RowsState {
  length: number;
  firstRead: boolean;
  refreshing: boolean;
  failure: ReadFailure | null;
  outOfPlace: number;
  pausedSinceMs: number | null;
  heldBack: number;
}

const NOTHING_READ: RowsState = {
  length: 0,
  firstRead: true,
  refreshing: false,
  failure: null,
  outOfPlace: 0,
  pausedSinceMs: null,
  heldBack: 0,
};

/**
 * The rows of the target list: pages are read on scrolling, and changes of the stream are applied in place.
 *
 * - Stable order: a change never moves a row; rows that belong elsewhere are counted in `outOfPlace` until the list is read again.
 * - Latest read wins: the result of a superseded read is dropped.
 * - Kept on failure: rows stay when a read fails, with the failure and since when.
 * - Reset: after a `reset`, or a `resumed` stream while a read fails, the list is read again.
 * - Paused: changes are held back, at most `HELD_MAX` rows; beyond that, resuming reads the list again.
 */
@Injectable()
export class TargetRows {
  private readonly client = inject(TargetsClient);
  private readonly nowMs = inject(Clock).nowMs;
  private window = new RowWindow();
  private query: ListQuery = WORST_FIRST;
  private reading = 0;
  private shown = { start: 0, end: SHOWN_ROWS };
  private busy = false;
  private readonly changedIds = new Set<string>();
  private readonly tinted = new Map<string, number>();
  private readonly gone = new Set<string>();
  private held: StreamBatch[] = [];
  private heldRows = 0;

  private readonly state = signal<RowsState>(NOTHING_READ);

  readonly length = computed(() => this.state().length);
  /** Whether the first read is not finished yet. */
  readonly firstRead = computed(() => this.state().firstRead);
  /** Whether a read is in progress; the rows are still the old ones. */
  readonly refreshing = computed(() => this.state().refreshing);
  readonly failure = computed(() => this.state().failure);
  /** Number of targets, as text for screen readers; empty while unknown. */
  readonly announced = computed(() => {
    const { firstRead, failure, length } = this.state();
    return firstRead || failure !== null ? '' : `${countText(length)} ${length === 1 ? 'target' : 'targets'}`;
  });
  /** Number of rows that are new or belong elsewhere; a new read puts them in order. */
  readonly outOfPlace = computed(() => this.state().outOfPlace);
  /** Since when changes are held back, ms since 1970; null while they are applied. */
  readonly pausedSince = computed(() => this.state().pausedSinceMs);
  /** Number of changes that are held back. */
  readonly heldBack = computed(() => this.state().heldBack);

  constructor() {
    inject(LiveStream).listen((batch) => this.receive(batch));
    inject(DestroyRef).onDestroy(() => (this.reading += 1));
  }

  row(index: number): TargetView | undefined {
    this.state();
    return this.window.rowAt(index);
  }

  isTinted(id: string): boolean {
    this.state();
    return this.tinted.has(id);
  }

  isGone(id: string): boolean {
    this.state();
    return this.gone.has(id);
  }

  /**
   * Reads the list of a query, from its start or around a target; the old rows stay until the new ones are loaded. Returns the index of
   * that target, or of the row now at its position; 0 if none is given.
   */
  async read(query: ListQuery, around?: string): Promise<number> {
    const reading = ++this.reading;
    this.query = query;
    this.change({ refreshing: true });
    try {
      const index = around === undefined ? 0 : await this.indexOf(around);
      const first = Math.floor(index / PAGE_ROWS);
      const page = await this.fetchPage({ position: String(first * PAGE_ROWS) });
      if (reading !== this.reading) return 0;
      this.window = new RowWindow();
      this.window.put(first, page);
      this.shown = { start: index, end: index + SHOWN_ROWS };
      this.forgetChanges();
      this.change({ firstRead: false, failure: null });
      return Math.max(0, Math.min(index, this.window.length - 1));
    } catch (failure) {
      if (reading === this.reading) this.fail(failure);
    } finally {
      if (reading === this.reading) {
        this.touch({ refreshing: false });
      }
    }
    return 0;
  }

  async again(): Promise<void> {
    await this.read(this.query);
  }

  /** Returns the index of a target in the list of the query; 0 if the URL contains an unknown or removed target. */
  private async indexOf(id: string): Promise<number> {
    try {
      const { position } = await this.fetchPage({ around: id, limit: '1' });
      return position ?? 0;
    } catch (failure) {
      if ([400, 404].includes(readProblem(failure).status)) return 0;
      throw failure;
    }
  }

  /** Sets the visible rows; missing pages are read. */
  show(start: number, end: number): void {
    this.shown = { start, end };
    if (!this.busy) void this.fill();
  }

  pause(paused: boolean): void {
    this.change({ pausedSinceMs: paused ? Date.now() : null, heldBack: 0 });
    if (paused) return;
    const held = this.held;
    this.held = [];
    this.heldRows = 0;
    for (const batch of held) this.apply(batch);
  }

  private async fill(): Promise<void> {
    const reading = this.reading;
    this.busy = true;
    try {
      for (;;) {
        const wanted = this.window.wanted(this.shown.start, this.shown.end);
        if (wanted === null || reading !== this.reading) return;
        const page = await this.fetchPage({ position: String(wanted * PAGE_ROWS) });
        if (reading !== this.reading) return;
        this.window.put(wanted, page);
        this.touch({ failure: null });
      }
    } catch (failure) {
      if (reading === this.reading) this.fail(failure);
    } finally {
      this.busy = false;
    }
  }

  private fail(error: unknown): void {
    this.change({ failure: { error, sinceMs: this.state().failure?.sinceMs ?? Date.now() } });
  }

  private fetchPage(part: Readonly<Record<string, string>>): Promise<TargetPage> {
    return this.client.page({ limit: String(PAGE_ROWS), ...part, ...givenParams(this.query) });
  }

  private receive(batch: StreamBatch): void {
    if (this.state().pausedSinceMs === null) {
      this.apply(batch);
      return;
    }
    this.heldRows += batch.targets.length + batch.removed.length;
    this.held = this.heldRows > HELD_MAX || batch.reset ? [READ_AGAIN] : [...this.held, batch];
    this.change({ heldBack: this.heldRows });
  }

  private apply(batch: StreamBatch): void {
    if (batch.reset || (batch.resumed && this.state().failure !== null)) {
      void this.again();
      return;
    }
    if (batch.targets.length === 0 && batch.removed.length === 0) return;
    const untilMs = Date.now() + TINT_FOR_MS;
    for (const after of batch.targets) this.applyRow(after, untilMs);
    for (const id of batch.removed) this.applyRemoval(id);
    this.touch();
    setTimeout(() => this.fadeTints(), TINT_FOR_MS + 50);
  }

  private applyRow(after: TargetView, untilMs: number): void {
    const before = this.window.rowOf(after.id);
    if (before === undefined) {
      // A row of a page that is not loaded cannot be distinguished from a new row; both are counted only if they match.
      if (matches(after, this.query) && this.isNew(after)) this.changedIds.add(after.id);
      return;
    }
    this.gone.delete(after.id);
    if (moves(before, after, this.query)) this.changedIds.add(after.id);
    if (before.status !== after.status || before.reason !== after.reason) this.tinted.set(after.id, untilMs);
    this.window.replace(after);
  }

  private applyRemoval(id: string): void {
    if (this.window.rowOf(id) === undefined) return;
    this.gone.add(id);
    this.changedIds.add(id);
  }

  private isNew(view: TargetView): boolean {
    return this.window.loadedRows >= this.window.length || this.nowMs() - Date.parse(view.registeredAt) < 60_000;
  }

  private fadeTints(): void {
    const nowMs = Date.now();
    for (const [id, untilMs] of this.tinted) if (untilMs <= nowMs) this.tinted.delete(id);
    this.touch();
  }

  private forgetChanges(): void {
    this.changedIds.clear();
    this.tinted.clear();
    this.gone.clear();
  }

  private change(change: Partial<RowsState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  /** Publishes rows that changed in place: computed values that read them are updated. */
  private touch(change: Partial<RowsState> = {}): void {
    this.change({ length: this.window.length, outOfPlace: this.changedIds.size, ...change });
  }
}
