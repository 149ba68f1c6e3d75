import { signal } from '@angular/core';
import type { CommandAgentChange, CommandChange } from '@icmp-mon/commands/contract';
import type { Freshness } from '@icmp-mon/operations/contract';
import { elapsedMs, type Moment, momentAgo, momentNow } from '@icmp-mon/platform/ui-kit';
import type { LiveEvent } from '@icmp-mon/probing/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import type { HeardFreshness } from './page-truth';
import { BatchGatherer, type FleetCounts } from './stream-batch';
import type { LinkState, StreamEventName, StreamSignal } from './stream-connection';

/** Snapshot that the leader sends to a tab that joins. */
export interface StreamSnapshot {
  id: string;
  counts: FleetCounts | null;
  freshness: Freshness | null;
  /** Ages of `freshness` and of the last event, ms; ages, because moments of one tab's clock are not valid in another. */
  freshnessMs: number;
  heardMs: number;
  /** How long ago the connection was lost, ms; null while it is open. */
  lostMs: number | null;
}

/** A message from the leader: its snapshot, or a signal of the stream. */
export type TabNews = { kind: 'state'; state: StreamSnapshot } | StreamSignal;

/** State of the stream in one tab, computed from the signals that the leader receives and followers get from it. */
export class StreamState {
  private readonly linkState = signal<LinkState>({ kind: 'off' });
  private readonly latestCounts = signal<FleetCounts | null>(null);
  private readonly latestFreshness = signal<HeardFreshness | null>(null);
  private readonly lastHeard = signal<Moment | null>(null);
  private resumeId = '';
  /** True until the first snapshot or signal after the tab joined. */
  private isNew = true;

  readonly gatherer = new BatchGatherer();
  readonly link = this.linkState.asReadonly();
  readonly counts = this.latestCounts.asReadonly();
  readonly freshness = this.latestFreshness.asReadonly();
  /** When the last event was received; null before the first one. */
  readonly heard = this.lastHeard.asReadonly();

  /** @param compareClock is called with the server's time of each `freshness` event and when it was received */
  constructor(private readonly compareClock: (serverAt: string | undefined, at: Moment) => void) {}

  /** Id of the last event, from which the next leader resumes. */
  get lastEventId(): string {
    return this.resumeId;
  }

  /** The stream is about to be opened for the first time. */
  connecting(): void {
    this.linkState.set({ kind: 'connecting' });
    this.lastHeard.set(momentNow());
  }

  /** The tab joined the others: the next snapshot is applied. */
  joined(): void {
    this.isNew = true;
  }

  clear(): void {
    this.resumeId = '';
    this.latestCounts.set(null);
    this.latestFreshness.set(null);
    this.lastHeard.set(null);
    this.linkState.set({ kind: 'off' });
  }

  snapshot(): StreamSnapshot {
    const [link, heard, freshness] = [this.linkState(), this.lastHeard(), this.latestFreshness()];
    return {
      id: this.resumeId,
      counts: this.latestCounts(),
      freshness: freshness?.value ?? null,
      freshnessMs: freshness === null ? 0 : elapsedMs(freshness.at),
      heardMs: heard === null ? 0 : elapsedMs(heard),
      lostMs: link.kind === 'lost' ? elapsedMs(link.since) : null,
    };
  }

  receive(news: TabNews): void {
    switch (news.kind) {
      case 'lost':
        return this.lost(momentNow());
      case 'state':
        if (this.isNew) this.applySnapshot(news.state);
        break;
      case 'open':
        this.lastHeard.set(momentNow());
        this.onOpened(news.missed);
        break;
      case 'event':
        this.lastHeard.set(momentNow());
        this.applyEvent(news.event, news.data, news.id);
    }
    this.isNew = false;
  }

  private applySnapshot({ id, counts, freshness, freshnessMs, heardMs, lostMs }: StreamSnapshot): void {
    // A page from the back/forward cache may have missed changes.
    if (this.resumeId !== '' && this.resumeId !== id) this.gatherer.markReset();
    this.resumeId = id;
    this.latestCounts.set(counts);
    if (freshness === null) this.latestFreshness.set(null);
    else this.setFreshness(freshness, momentAgo(freshnessMs));
    this.lastHeard.set(momentAgo(heardMs));
    if (lostMs === null) this.linkState.set({ kind: 'open' });
    else this.lost(momentAgo(lostMs));
  }

  private onOpened(missed: boolean): void {
    this.linkState.set({ kind: 'open' });
    this.gatherer.forgetCommandAgents();
    if (!missed) return;
    // Target changes resume from the last event id; results have no ids.
    if (this.resumeId === '') this.gatherer.markReset();
    else this.gatherer.markResumed();
  }

  private lost(since: Moment): void {
    if (this.linkState().kind !== 'lost') this.linkState.set({ kind: 'lost', since });
  }

  private applyEvent(event: StreamEventName, data: string, id: string): void {
    if (id !== '') this.resumeId = id;
    const value: unknown = JSON.parse(data);
    switch (event) {
      case 'target':
        return this.gatherer.addTarget(value as TargetView);
      case 'removed':
        return this.gatherer.remove((value as { id: string }).id);
      case 'result':
        return this.gatherer.addResult(value as LiveEvent);
      case 'command-agent':
        return this.gatherer.addCommandAgent(value as CommandAgentChange);
      case 'command-change':
        return this.gatherer.addCommandChange(value as CommandChange);
      case 'maintenance':
        return this.gatherer.markMaintenance();
      case 'reset':
        return this.gatherer.markReset();
      case 'counts':
        return this.latestCounts.set(value as FleetCounts);
      case 'freshness':
        return this.setFreshness(value as Freshness, momentNow());
    }
  }

  private setFreshness(value: Freshness, at: Moment): void {
    this.latestFreshness.set({ value, at });
    this.compareClock(value.at, at);
  }
}
