import { computed, DestroyRef, inject, Injectable } from '@angular/core';
import { Clock } from '@icmp-mon/platform/ui-kit';
import { truthOf } from './page-truth';
import type { StreamBatch } from './stream-batch';
import { StreamConnection, type StreamSignal, type Watched } from './stream-connection';
import { StreamState, type TabNews } from './stream-state';
import { openChannel } from './tab-channel';
import { TabGroup } from './tab-group';
import { wantOf, watchedOf } from './wants';

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
 * - Union: the leader watches the targets and commands of all tabs, as many as one stream can contain (`watchedOf`).
 */
@Injectable({ providedIn: 'root' })
export class LiveStream {
  private readonly clock = inject(Clock);
  private readonly streamState = new StreamState((serverAt, at) => this.clock.compareWith(serverAt, at));
  private readonly listeners = new Set<(batch: StreamBatch) => void>();
  private session: () => Promise<unknown> = () => Promise.resolve();
  private tabs: TabGroup | null = null;
  private connection: StreamConnection | null = null;
  private wanted: Watched = { targets: [], commands: [] };
  private watched: string | null = null;
  /** Followed commands, and by how many parts of the page. */
  private readonly commands = new Map<string, number>();
  private frame = 0;

  readonly counts = this.streamState.counts;
  /** Age of the shown data, and the cause if it is outdated. */
  readonly truth = computed(() =>
    truthOf(this.streamState.link(), this.streamState.freshness(), this.streamState.heard(), this.clock.now()),
  );
  /** Health of the product as last reported; null while unknown. */
  readonly health = computed(() => this.streamState.freshness()?.value.health ?? null);
  /** Whether the numbers on the page are outdated. */
  readonly isOld = computed(() => ['late', 'disconnected'].includes(this.truth().mood));

  constructor() {
    // A page in the browser's back/forward cache has no connection; it joins again when it is shown.
    addEventListener('pagehide', () => this.leaveGroup());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.streamState.link().kind !== 'off') this.joinGroup();
    });
  }

  /** Starts following the stream. `session` reads the session, which renews it, before the stream is reopened. */
  start(session: () => Promise<unknown>): void {
    if (this.tabs !== null) return;
    this.session = session;
    this.streamState.connecting();
    this.joinGroup();
  }

  stop(): void {
    this.leaveGroup();
    this.streamState.clear();
  }

  /** Calls `listener` with each batch until the calling component is destroyed. Call it in an injection context. */
  listenToBatches(listener: (batch: StreamBatch) => void): void {
    this.listeners.add(listener);
    inject(DestroyRef).onDestroy(() => this.listeners.delete(listener));
  }

  /** Sets the target whose results are streamed too; null for none. */
  watchTarget(targetId: string | null): void {
    if (this.watched === targetId) return;
    this.watched = targetId;
    this.requestWatched();
  }

  /** Streams the changes of a command until the returned function is called. */
  followCommand(id: string): () => void {
    this.commands.set(id, (this.commands.get(id) ?? 0) + 1);
    this.requestWatched();
    return () => {
      const left = (this.commands.get(id) ?? 1) - 1;
      if (left > 0) this.commands.set(id, left);
      else this.commands.delete(id);
      this.requestWatched();
    };
  }

  private requestWatched(): void {
    this.tabs?.requestFromLeader(wantOf(this.watched, [...this.commands.keys()]));
  }

  private joinGroup(): void {
    this.streamState.joined();
    this.tabs = new TabGroup(crypto.getRandomValues(new Uint32Array(2)).join('-'), openChannel(), {
      onLeading: () => this.startLeading(),
      onFollowing: () => this.disconnectStream(),
      onWanted: (all) => this.want(watchedOf(all)),
      onNews: (news) => this.receiveNews(news as TabNews),
      snapshotFor: () => ({ kind: 'state', state: this.streamState.snapshot() }) satisfies TabNews,
    });
    this.tabs.joinGroup();
    this.requestWatched();
  }

  private leaveGroup(): void {
    this.disconnectStream();
    this.tabs?.leaveGroup();
    this.tabs = null;
  }

  private startLeading(): void {
    this.connection = new StreamConnection((news) => this.passSignal(news), this.session, this.streamState.lastEventId);
    this.connection.openStream(this.wanted);
  }

  private disconnectStream(): void {
    this.connection?.close();
    this.connection = null;
  }

  private want(watched: Watched): void {
    this.wanted = watched;
    this.connection?.changeWatched(watched);
  }

  private passSignal(news: StreamSignal): void {
    this.tabs?.passNews(news);
    this.receiveNews(news);
  }

  private receiveNews(news: TabNews): void {
    this.streamState.receive(news);
    this.scheduleFrame();
  }

  private scheduleFrame(): void {
    if (this.frame !== 0 || this.streamState.gatherer.empty) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const batch = this.streamState.gatherer.takeBatch();
      for (const listener of this.listeners) listener(batch);
    });
  }
}
