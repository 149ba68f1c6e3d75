import { httpResource } from '@angular/common/http';
import { Component, computed, effect, inject, linkedSignal, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { AgentView } from '@icmp-mon/agents/contract';
import {
  ageText,
  agentTrouble,
  Clock,
  countText,
  Empty,
  Failure,
  instantText,
  LiveStream,
  PageTrail,
  rateText,
  shortReasonText,
  StatusGlyph,
  type StreamBatch,
} from '@icmp-mon/platform/ui-kit';
import { type StatusChangeView, STATUSES } from '@icmp-mon/status/contract';
import { truthLine } from './truth-line';

const CHANGES_SHOWN = 20;
const AGENTS_AGAIN_MS = 5_000;
const CHANGES_AGAIN_MS = 2_000;

/** `/`: what is broken, who watches, what changed lately. */
@Component({
  selector: 'icm-dashboard',
  imports: [Empty, Failure, RouterLink, StatusGlyph],
  templateUrl: './dashboard.html',
  styleUrl: './dashboard.scss',
})
export class Dashboard {
  private readonly stream = inject(LiveStream);
  protected readonly nowMs = inject(Clock).nowMs;
  private changesDue: ReturnType<typeof setTimeout> | undefined;
  private readonly countsHeardMs = signal<number | null>(null);

  protected readonly statuses = STATUSES;
  protected readonly agents = httpResource<{ items: AgentView[] }>(() => '/api/v1/agents');
  protected readonly changes = httpResource<{ items: StatusChangeView[] }>(
    () => `/api/v1/status/changes?limit=${CHANGES_SHOWN}`,
  );
  protected readonly counts = this.stream.counts;
  protected readonly agentList = linkedSignal<AgentView[] | undefined, AgentView[]>({
    source: () => (this.agents.hasValue() ? this.agents.value().items : undefined),
    computation: (read, before) => read ?? before?.value ?? [],
  });
  protected readonly changeList = linkedSignal<StatusChangeView[] | undefined, StatusChangeView[]>({
    source: () => (this.changes.hasValue() ? this.changes.value().items : undefined),
    computation: (read, before) => read ?? before?.value ?? [],
  });
  /** Age of the newest sign that data flows: a new count, or an agent's telemetry. */
  private readonly dataAgeMs = computed(() => {
    const heard = this.agentList().map((agent) => (agent.lastSeenAt === null ? 0 : Date.parse(agent.lastSeenAt)));
    const newest = Math.max(this.countsHeardMs() ?? 0, ...heard);
    return newest === 0 ? null : Math.max(0, this.nowMs() - newest);
  });
  protected readonly truth = computed(() => {
    const counts = this.counts();
    return counts === null ? null : truthLine(counts, this.dataAgeMs());
  });
  protected readonly troubled = computed(() =>
    this.agentList().filter((agent) => agentTrouble(agent, this.nowMs()) !== null),
  );

  protected readonly ageText = ageText;
  protected readonly countText = countText;
  protected readonly agentTrouble = agentTrouble;
  protected readonly instantText = instantText;
  protected readonly rateText = rateText;
  protected readonly shortReasonText = shortReasonText;

  constructor() {
    inject(PageTrail).show({ text: 'Dashboard' });
    this.stream.listen((batch) => this.receive(batch));
    effect(() => {
      if (this.counts() !== null) this.countsHeardMs.set(Date.now());
    });
    effect((onCleanup) => {
      const every = setInterval(() => this.agents.reload(), AGENTS_AGAIN_MS);
      onCleanup(() => clearInterval(every));
    });
  }

  /** Changes come in bursts; the list is read again at most every two seconds. */
  private receive(batch: StreamBatch): void {
    if (batch.targets.length === 0 && !batch.reset) return;
    this.changesDue ??= setTimeout(() => {
      this.changesDue = undefined;
      this.changes.reload();
    }, CHANGES_AGAIN_MS);
  }
}
