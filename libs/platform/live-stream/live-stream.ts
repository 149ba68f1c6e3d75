import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { Freshness } from '@icmp-mon/operations/contract';
import type { LiveEvent } from '@icmp-mon/probing/contract';
import { LIVE_TARGETS_MAX, type TargetView } from '@icmp-mon/targets/contract';
import { Clock } from '@icmp-mon/platform/ui-kit';
import { elapsedMs, type Moment, momentAgo, momentNow } from '@icmp-mon/platform/ui-kit';
import { type HeardFreshness, truthOf } from './page-truth';
import { BatchGatherer, type FleetCounts, type StreamBatch } from './stream-batch';
import { type LinkState, StreamConnection, type StreamEventName, type StreamSignal } from './stream-connection';
import { type TabChannel, TabGroup, type TabMessage } from './tab-group';

/** Channel name with the version of the tab protocol: tabs with incompatible versions do not share a stream. */
const CHANNEL = 'icm-stream-1';

/** Snapshot that the leader sends to a tab that joins. */
interface StreamState {
  id: string;
  counts: FleetCounts | null;
  freshness: Freshness | null;
  /** Ages of `freshness` and of the last event, ms; ages, because moments of one tab's clock are not valid in another. */
  freshnessMs: number;
  heardMs: number;
  /** How long ago the connection was lost, ms; null while it is open. */
  lostMs: number | null;
}

type TabNews = { kind: 'state'; state: StreamState } | StreamSignal;

/**
 * The event stream of `GET /api/v1/status/stream`, shared by all tabs of the browser.
 *
 *   api ──EventSource──▶ leader tab ──BroadcastChannel──▶ follower tabs
 *                            └───────────┬────────────────────┘
 *                      receive ─▶ BatchGatherer ─▶ listeners, once per animation frame
 *
 * - One connection: only the leader tab connects, because a browser opens at most six connections to a server. `TabGroup` elects it.
 * - Same path: leader and followers process the same signals in `receive`; a tab that joins first gets a snapshot from the leader.
 * - Resume: `lastEventId` is known to every tab, so a new leader resumes where the former one stopped.
 * - No silent gap: a tab that may have missed target changes emits `reset`; one that may have missed only results emits `resumed`.
 * - Union: the leader watches the targets of all tabs, at most `LIVE_TARGETS_MAX`.
 */
@Injectable({ providedIn: 'root' })
export class LiveStream {
  private readonly clock = inject(Clock);
  private readonly gatherer = new BatchGatherer();
  private readonly listeners = new Set<(batch: StreamBatch) => void>();
  private readonly linkState = signal<LinkState>({ kind: 'off' });
  private readonly latestCounts = signal<FleetCounts | null>(null);
  private readonly latestFreshness = signal<HeardFreshness | null>(null);
  private readonly heard = signal<Moment | null>(null);
  private session: () => Promise<unknown> = () => Promise.resolve();
  private tabs: TabGroup | null = null;
  private connection: StreamConnection | null = null;
  private wanted: readonly string[] = [];
  private watched: string | null = null;
  /** Id of the last event, from which the next leader resumes. */
  private lastEventId = '';
  /** True until the first snapshot or event. */
  private isNew = true;
  private frame = 0;

  readonly counts = this.latestCounts.asReadonly();
  /** Age of the shown data, and the cause if it is outdated. */
  readonly truth = computed(() => truthOf(this.linkState(), this.latestFreshness(), this.heard(), this.clock.now()));
  /** Health of the product as last reported; null while unknown. */
  readonly health = computed(() => this.latestFreshness()?.value.health ?? null);
  /** Whether the numbers on the page are outdated. */
  readonly isOld = computed(() => ['late', 'disconnected'].includes(this.truth().mood));

  constructor() {
    // A page in the browser's back/forward cache has no connection; it joins again when it is shown.
    addEventListener('pagehide', () => this.leave());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.linkState().kind !== 'off') this.join();
    });
  }

  /** Starts following the stream. `session` reads the session, which renews it, before the stream is reopened. */
  start(session: () => Promise<unknown>): void {
    if (this.tabs !== null) return;
    this.session = session;
    this.linkState.set({ kind: 'connecting' });
    this.heard.set(momentNow());
    this.join();
  }

  stop(): void {
    this.leave();
    this.lastEventId = '';
    this.latestCounts.set(null);
    this.latestFreshness.set(null);
    this.heard.set(null);
    this.linkState.set({ kind: 'off' });
  }

  /** Calls `listener` with each batch until the calling component is destroyed. Call it in an injection context. */
  listen(listener: (batch: StreamBatch) => void): void {
    this.listeners.add(listener);
    inject(DestroyRef).onDestroy(() => this.listeners.delete(listener));
  }

  /** Sets the target whose results are streamed too; null for none. */
  watch(targetId: string | null): void {
    if (this.watched === targetId) return;
    this.watched = targetId;
    this.tabs?.ask(targetId);
  }

  private join(): void {
    this.isNew = true;
    this.tabs = new TabGroup(crypto.getRandomValues(new Uint32Array(2)).join('-'), openChannel(), {
      lead: () => this.lead(),
      follow: () => this.disconnect(),
      wanted: (all) => this.want(all.slice(0, LIVE_TARGETS_MAX)),
      news: (news) => this.receive(news as TabNews),
      state: () => ({ kind: 'state', state: this.state() }) satisfies TabNews,
    });
    this.tabs.join();
    this.tabs.ask(this.watched);
  }

  private leave(): void {
    this.disconnect();
    this.tabs?.leave();
    this.tabs = null;
  }

  private lead(): void {
    this.connection = new StreamConnection((news) => this.pass(news), this.session, this.lastEventId);
    this.connection.open(this.wanted);
  }

  private disconnect(): void {
    this.connection?.close();
    this.connection = null;
  }

  private want(all: readonly string[]): void {
    this.wanted = all;
    this.connection?.watch(all);
  }

  private pass(news: StreamSignal): void {
    this.tabs?.pass(news);
    this.receive(news);
  }

  private state(): StreamState {
    const [link, heard, freshness] = [this.linkState(), this.heard(), this.latestFreshness()];
    return {
      id: this.lastEventId,
      counts: this.latestCounts(),
      freshness: freshness?.value ?? null,
      freshnessMs: freshness === null ? 0 : elapsedMs(freshness.at),
      heardMs: heard === null ? 0 : elapsedMs(heard),
      lostMs: link.kind === 'lost' ? elapsedMs(link.since) : null,
    };
  }

  private receive(news: TabNews): void {
    switch (news.kind) {
      case 'lost':
        return this.lost(momentNow());
      case 'state':
        if (this.isNew) this.begin(news.state);
        break;
      case 'open':
        this.heard.set(momentNow());
        this.opened(news.missed);
        break;
      case 'event':
        this.heard.set(momentNow());
        this.take(news.event, news.data, news.id);
    }
    this.isNew = false;
    this.scheduleFrame();
  }

  private begin({ id, counts, freshness, freshnessMs, heardMs, lostMs }: StreamState): void {
    // A page from the back/forward cache may have missed changes.
    if (this.lastEventId !== '' && this.lastEventId !== id) this.gatherer.reset();
    this.lastEventId = id;
    this.latestCounts.set(counts);
    if (freshness === null) this.latestFreshness.set(null);
    else this.setFreshness(freshness, momentAgo(freshnessMs));
    this.heard.set(momentAgo(heardMs));
    if (lostMs === null) this.linkState.set({ kind: 'open' });
    else this.lost(momentAgo(lostMs));
  }

  private opened(missed: boolean): void {
    this.linkState.set({ kind: 'open' });
    if (!missed) return;
    // Target changes resume from the last event id; results have no ids.
    if (this.lastEventId === '') this.gatherer.reset();
    else this.gatherer.resume();
  }

  private lost(since: Moment): void {
    if (this.linkState().kind !== 'lost') this.linkState.set({ kind: 'lost', since });
  }

  private take(event: StreamEventName, data: string, id: string): void {
    if (id !== '') this.lastEventId = id;
    const value: unknown = JSON.parse(data);
    switch (event) {
      case 'target':
        return this.gatherer.target(value as TargetView);
      case 'removed':
        return this.gatherer.remove((value as { id: string }).id);
      case 'result':
        return this.gatherer.result(value as LiveEvent);
      case 'reset':
        return this.gatherer.reset();
      case 'counts':
        return this.latestCounts.set(value as FleetCounts);
      case 'freshness':
        return this.setFreshness(value as Freshness, momentNow());
    }
  }

  private setFreshness(value: Freshness, at: Moment): void {
    this.latestFreshness.set({ value, at });
    this.clock.compareWith(value.at, at);
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

function openChannel(): TabChannel {
  // Without BroadcastChannel this tab does not share a stream.
  if (typeof BroadcastChannel !== 'function')
    return { post: () => undefined, listen: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(CHANNEL);
  return {
    post: (message) => channel.postMessage(message),
    listen: (take) => (channel.onmessage = ({ data }: MessageEvent<TabMessage>) => take(data)),
    close: () => channel.close(),
  };
}
