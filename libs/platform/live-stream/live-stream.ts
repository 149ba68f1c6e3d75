import { computed, DestroyRef, inject, Injectable } from '@angular/core';
import { LIVE_TARGETS_MAX } from '@icmp-mon/targets/contract';
import { Clock } from '@icmp-mon/platform/ui-kit';
import { truthOf } from './page-truth';
import type { StreamBatch } from './stream-batch';
import { StreamConnection, type StreamSignal } from './stream-connection';
import { StreamState, type TabNews } from './stream-state';
import { openChannel } from './tab-channel';
import { TabGroup } from './tab-group';

/**
 * The event stream of `GET /api/v1/status/stream`, shared by all tabs of the browser.
 *
 *   api ──EventSource──▶ leader tab ──BroadcastChannel──▶ follower tabs
 *                            └───────────┬────────────────────┘
 *                  receive ─▶ StreamState ─▶ listeners, once per animation frame
 *
 * - One connection: only the leader tab connects, because a browser opens at most six connections to a server. `TabGroup` elects it.
 * - Same path: leader and followers process the same signals in `StreamState`; a tab that joins first gets a snapshot from the leader.
 * - Resume: `lastEventId` is known to every tab, so a new leader resumes where the former one stopped.
 * - No silent gap: a tab that may have missed target changes emits `reset`; one that may have missed only results emits `resumed`.
 * - Union: the leader watches the targets of all tabs, at most `LIVE_TARGETS_MAX`.
 */
@Injectable({ providedIn: 'root' })
export class LiveStream {
  private readonly clock = inject(Clock);
  private readonly state = new StreamState((serverAt, at) => this.clock.compareWith(serverAt, at));
  private readonly listeners = new Set<(batch: StreamBatch) => void>();
  private session: () => Promise<unknown> = () => Promise.resolve();
  private tabs: TabGroup | null = null;
  private connection: StreamConnection | null = null;
  private wanted: readonly string[] = [];
  private watched: string | null = null;
  private frame = 0;

  readonly counts = this.state.counts;
  /** Age of the shown data, and the cause if it is outdated. */
  readonly truth = computed(() =>
    truthOf(this.state.link(), this.state.freshness(), this.state.heard(), this.clock.now()),
  );
  /** Health of the product as last reported; null while unknown. */
  readonly health = computed(() => this.state.freshness()?.value.health ?? null);
  /** Whether the numbers on the page are outdated. */
  readonly isOld = computed(() => ['late', 'disconnected'].includes(this.truth().mood));

  constructor() {
    // A page in the browser's back/forward cache has no connection; it joins again when it is shown.
    addEventListener('pagehide', () => this.leave());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.state.link().kind !== 'off') this.join();
    });
  }

  /** Starts following the stream. `session` reads the session, which renews it, before the stream is reopened. */
  start(session: () => Promise<unknown>): void {
    if (this.tabs !== null) return;
    this.session = session;
    this.state.connecting();
    this.join();
  }

  stop(): void {
    this.leave();
    this.state.clear();
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
    this.state.joined();
    this.tabs = new TabGroup(crypto.getRandomValues(new Uint32Array(2)).join('-'), openChannel(), {
      lead: () => this.lead(),
      follow: () => this.disconnect(),
      wanted: (all) => this.want(all.slice(0, LIVE_TARGETS_MAX)),
      news: (news) => this.receive(news as TabNews),
      state: () => ({ kind: 'state', state: this.state.snapshot() }) satisfies TabNews,
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
    this.connection = new StreamConnection((news) => this.pass(news), this.session, this.state.lastEventId);
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

  private receive(news: TabNews): void {
    this.state.receive(news);
    this.scheduleFrame();
  }

  private scheduleFrame(): void {
    if (this.frame !== 0 || this.state.gatherer.empty) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const batch = this.state.gatherer.take();
      for (const listener of this.listeners) listener(batch);
    });
  }
}
