import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { Session } from '@icmp-mon/identity/ui';
import {
  AgePipe,
  Clock,
  CountPipe,
  Empty,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  RatePipe,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { foldTroubles } from '@icmp-mon/agents/look';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import { STATUSES } from '@icmp-mon/status/contract';
import { UnplacedTargets } from '@icmp-mon/tiers/ui';
import { StatusClient } from './status.client';
import { truthLine } from './truth-line';

const CHANGES_SHOWN = 20;
/** Problems of agents that are shown; the page of the agents has all. */
const TROUBLES_SHOWN = 8;
const AGENTS_AGAIN_MS = 5_000;
const CHANGES_AGAIN_MS = 2_000;
/** Reload interval without a change on the stream, so that a failed read is retried. */
const CHANGES_ANYWAY_MS = 30_000;

/** Dashboard page `/`: counts by status, agents with problems, and recent changes. */
@Component({
  selector: 'icm-dashboard',
  imports: [
    AgePipe,
    CountPipe,
    Empty,
    Failure,
    InstantPipe,
    RatePipe,
    RouterLink,
    ShortReasonPipe,
    StatusGlyph,
    UnplacedTargets,
  ],
  templateUrl: './dashboard.html',
  styleUrl: './dashboard.scss',
})
export class Dashboard {
  private readonly stream = inject(LiveStream);
  protected readonly nowMs = inject(Clock).nowMs;
  private changesDue: ReturnType<typeof setTimeout> | undefined;

  private readonly session = inject(Session);
  protected readonly statuses = STATUSES;
  protected readonly mayReadAgents = computed(() => this.session.may('agents:read'));
  protected readonly agentsRead = inject(AgentsClient).listAgents();
  protected readonly changesRead = inject(StatusClient).changes(CHANGES_SHOWN);
  protected readonly counts = this.stream.counts;
  /** Whether the figures of the agents are current: they were counted, and the agents' reports are being consumed. */
  protected readonly fleetIsKnown = computed(() => {
    const counts = this.counts();
    return counts !== null && (counts.agentsUnknown ?? 0) === 0;
  });
  protected readonly agents = keepLast(this.agentsRead);
  protected readonly changes = keepLast(this.changesRead);
  protected readonly agentList = computed(() => this.agents.value()?.items ?? []);
  protected readonly changeList = computed(() => this.changes.value()?.items ?? []);
  protected readonly truth = computed(() => {
    const counts = this.counts();
    return counts === null ? null : truthLine(counts, this.stream.truth().dataAgeMs, this.mayReadAgents());
  });
  protected readonly troubles = computed(() => foldTroubles(this.agentList(), this.nowMs()));
  protected readonly troublesMax = TROUBLES_SHOWN;

  protected readonly unknownAgents = computed(
    () => this.agentList().filter(({ connection }) => connection === 'unknown').length,
  );

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Dashboard' });
    this.stream.listenToBatches((batch) => this.receiveBatch(batch));
    reloadEvery(this.agentsRead, AGENTS_AGAIN_MS);
    reloadEvery(this.changesRead, CHANGES_ANYWAY_MS);
  }

  /** Reloads the list at most every two seconds, because changes arrive in bursts. */
  private receiveBatch(batch: StreamBatch): void {
    if (batch.resumed) this.agentsRead.reload();
    if (batch.targets.length === 0 && !batch.reset && !batch.resumed) return;
    this.changesDue ??= setTimeout(() => {
      this.changesDue = undefined;
      this.changesRead.reload();
    }, CHANGES_AGAIN_MS);
  }
}
