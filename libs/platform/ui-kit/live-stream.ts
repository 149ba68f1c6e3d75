import { HttpClient } from '@angular/common/http';
import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { LiveEvent } from '@icmp-mon/probing/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';
import { type LinkState, reopenAfterMs } from './link-state';
import { BatchGatherer, type FleetCounts, type StreamBatch } from './stream-batch';

const STREAM_URL = '/api/v1/status/stream';
/** Counts change every few seconds where anything is measured; a link silent for longer than this may be half open. */
const SILENT_FOR_MS = 60_000;

/** The tab's one event stream. Deltas reach listeners once per animation frame. */
@Injectable({ providedIn: 'root' })
export class LiveStream {
  private readonly http = inject(HttpClient);
  private readonly gatherer = new BatchGatherer();
  private readonly listeners = new Set<(batch: StreamBatch) => void>();
  private readonly linkState = signal<LinkState>({ kind: 'off' });
  private readonly latestCounts = signal<FleetCounts | null>(null);
  private source: EventSource | null = null;
  private reopening: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private watched: string | null = null;
  private opened = false;
  /** Change number of the last event, from which a stream that is opened anew goes on. */
  private lastEventId = '';
  private frame = 0;
  private heardMs = 0;

  readonly link = this.linkState.asReadonly();
  readonly counts = this.latestCounts.asReadonly();

  constructor() {
    setInterval(() => this.checkSilence(), 10_000);
  }

  start(): void {
    if (this.source !== null || this.reopening !== undefined) return;
    this.linkState.set({ kind: 'connecting' });
    this.open();
  }

  stop(): void {
    this.close();
    this.opened = false;
    this.lastEventId = '';
    this.latestCounts.set(null);
    this.linkState.set({ kind: 'off' });
  }

  /** Calls `listener` with each batch until the calling component ends. Call it in an injection context. */
  listen(listener: (batch: StreamBatch) => void): void {
    this.listeners.add(listener);
    inject(DestroyRef).onDestroy(() => this.listeners.delete(listener));
  }

  /** Also streams each result of one target, or of none. */
  watch(targetId: string | null): void {
    if (this.watched === targetId) return;
    this.watched = targetId;
    if (this.source === null) return;
    this.close();
    this.open();
  }

  private open(): void {
    const query = new URLSearchParams();
    if (this.watched !== null) query.set('live', this.watched);
    if (this.lastEventId !== '') query.set('lastEventId', this.lastEventId);
    const source = new EventSource(query.size === 0 ? STREAM_URL : `${STREAM_URL}?${query}`);
    this.source = source;
    this.heardMs ||= Date.now();
    source.addEventListener('open', () => this.onOpen());
    source.addEventListener('error', () => this.onError(source));
    this.take<TargetView>(source, 'target', (view) => this.gatherer.target(view));
    this.take<{ id: string }>(source, 'removed', ({ id }) => this.gatherer.remove(id));
    this.take<LiveEvent>(source, 'result', (event) => this.gatherer.result(event));
    this.take<object>(source, 'reset', () => this.gatherer.reset());
    this.take<FleetCounts>(source, 'counts', (counts) => this.latestCounts.set(counts));
  }

  private take<T>(source: EventSource, event: string, handle: (data: T) => void): void {
    source.addEventListener(event, (message: MessageEvent<string>) => {
      this.heardMs = Date.now();
      if (message.lastEventId !== '') this.lastEventId = message.lastEventId;
      handle(JSON.parse(message.data) as T);
      this.scheduleFrame();
    });
  }

  private onOpen(): void {
    this.heardMs = Date.now();
    this.attempts = 0;
    this.linkState.set({ kind: 'open' });
    // Without an id to resume from, whatever happened in between is unknown.
    if (this.opened && this.lastEventId === '') this.gatherer.reset();
    this.opened = true;
    this.scheduleFrame();
  }

  private onError(source: EventSource): void {
    if (source !== this.source) return;
    this.markLost();
    if (source.readyState === EventSource.CLOSED) this.reopen();
  }

  private markLost(): void {
    if (this.linkState().kind === 'lost') return;
    this.linkState.set({ kind: 'lost', sinceMs: Date.now(), heardMs: this.heardMs });
  }

  /** The browser gave up (an error answer). Reading the session first renews it if it ran out. */
  private reopen(): void {
    this.close();
    const waitMs = reopenAfterMs(this.attempts++);
    this.reopening = setTimeout(() => void this.renewAndOpen(), waitMs);
  }

  private async renewAndOpen(): Promise<void> {
    try {
      await firstValueFrom(this.http.get('/api/v1/auth/me'));
    } catch (failure) {
      if (this.linkState().kind === 'off') return;
      // The indicator already says that the link is lost; a session that ended is handled by the interceptor.
      console.warn('The live stream could not be opened; trying again.', failure);
      this.reopen();
      return;
    }
    this.reopening = undefined;
    if (this.linkState().kind !== 'off') this.open();
  }

  private close(): void {
    clearTimeout(this.reopening);
    this.reopening = undefined;
    this.source?.close();
    this.source = null;
  }

  private checkSilence(): void {
    if (this.source === null || this.linkState().kind !== 'open') return;
    if (Date.now() - this.heardMs <= SILENT_FOR_MS) return;
    this.heardMs = Date.now();
    this.close();
    this.open();
  }

  private scheduleFrame(): void {
    if (this.frame !== 0 || this.gatherer.empty) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const batch = this.gatherer.take();
      for (const listener of this.listeners) listener(batch);
    });
  }
}
