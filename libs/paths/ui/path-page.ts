import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import type { PathChange } from '@icmp-mon/paths/contract';
import { PathGraphView, PathTable, PathVerdictLine } from '@icmp-mon/paths/look';
import { RangeChoice, rangeMs, readSpan, readTimeRange, type TimeSpan } from '@icmp-mon/platform/charts';
import {
  AgePipe,
  Clock,
  Empty,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { TargetsClient } from '@icmp-mon/targets/ui';
import { PathsClient } from './paths.client';
import { traceBefore } from './timeline';
import { TraceCompare } from './trace-compare';
import { TraceRun } from './trace-run';
import { TraceRunForm } from './trace-run-form';
import { TraceTimeline } from './trace-timeline';

const AGAIN_MS = 10_000;
const LISTS_AGAIN_MS = 30_000;
/** Traces of a run are stored within this time of its end: agents upload results first. Until then the paths are read more often. */
const STORED_WITHIN_MS = 15_000;
const SOON_AGAIN_MS = 2_000;
const STEP_MS = 60_000;
const DAY_MS = 86_400_000;
/** Traces are kept this long. */
const LONGEST_MS = 30 * DAY_MS;

/**
 * Page `/targets/:id/path`: where the paths to a target break, the merged paths of all or some agents at a time, the timeline of traces, two
 * traces next to each other, and traces that run now. `at`, `agents`, `node`, `left`, `right`, `run` and the time range are in the URL.
 */
@Component({
  selector: 'icm-path-page',
  imports: [
    AgePipe,
    Empty,
    Failure,
    InstantPipe,
    PathGraphView,
    PathTable,
    PathVerdictLine,
    RangeChoice,
    RouterLink,
    TraceCompare,
    TraceRun,
    TraceRunForm,
    TraceTimeline,
  ],
  templateUrl: './path-page.html',
  styleUrl: './path-page.scss',
})
export class PathPage {
  readonly id = input.required<string>();
  readonly at = input<string>();
  readonly agents = input<string>();
  readonly node = input<string>();
  readonly left = input<string>();
  readonly right = input<string>();
  readonly run = input<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  private readonly client = inject(PathsClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly ranges = ['24h', '7d', '30d'] as const;
  protected readonly longestMs = LONGEST_MS;

  protected readonly target = keepLast(inject(TargetsClient).readTarget(this.id), this.id);
  protected readonly address = computed(() => this.target.value()?.ip ?? this.path.value()?.ip ?? this.id());
  /** The chosen time, ms since 1970; null is now. A text that is no time counts as now. */
  protected readonly atMs = computed(() => {
    const ms = Date.parse(this.at() ?? '');
    return Number.isNaN(ms) ? null : ms;
  });
  protected readonly chosenAgents = computed(() => (this.agents() ?? '').split(',').filter((id) => id !== ''));
  protected readonly pathRead = this.client.readPath(this.id, () => {
    const ms = this.atMs();
    return { at: ms === null ? null : new Date(ms).toISOString(), agents: this.chosenAgents() };
  });
  protected readonly path = keepLast(this.pathRead, this.id);
  protected readonly oldestMs = computed(() => {
    const times = this.path.value()?.agents.map(({ startedAt }) => Date.parse(startedAt)) ?? [];
    return times.length === 0 ? null : Math.min(...times);
  });
  protected readonly oldestAt = computed(() => {
    const ms = this.oldestMs();
    return ms === null ? null : new Date(ms).toISOString();
  });

  protected readonly chosenRange = computed(() => readTimeRange(this.range(), '7d', LONGEST_MS));
  private readonly untilMs = computed(() => Math.ceil(this.nowMs() / STEP_MS) * STEP_MS);
  protected readonly span = computed(() => readSpan(this.from(), this.to(), this.untilMs()));
  protected readonly frame = computed<TimeSpan>(() => {
    const toMs = this.untilMs();
    return this.span() ?? { fromMs: toMs - rangeMs(this.chosenRange()), toMs };
  });
  private readonly asked = computed(() => {
    const { fromMs, toMs } = this.frame();
    return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  });
  protected readonly tracesRead = this.client.listTraces(this.id, this.asked);
  protected readonly traces = keepLast(this.tracesRead, this.id);
  private readonly changesRead = this.client.listChanges(this.id, this.asked);
  protected readonly changes = keepLast(this.changesRead, this.id);
  protected readonly listFailure = computed(() => this.traces.failure() ?? this.changes.failure());
  protected readonly mayRun = computed(() => this.session.may('commands:run'));
  /** All agents that have a trace in the range or in the shown paths, by name. */
  protected readonly knownAgents = computed(() => {
    const known = new Map(this.path.value()?.agents.map(({ agentId, name }) => [agentId, name]));
    for (const { agentId, agentName } of this.traces.value()?.items ?? []) known.set(agentId, agentName ?? agentId);
    return [...known].map(([id, name]) => ({ id, name })).sort((a, b) => (a.name < b.name ? -1 : 1));
  });

  private runClosedMs = -Infinity;

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const [text, link] = [this.address(), `/targets/${this.id()}`];
      untracked(() => trail.showCrumbs({ text: 'Targets', link: '/targets' }, { text, link }, { text: 'Path' }));
    });
    reloadEvery(
      { reload: () => this.pathRead.reload(), isLoading: () => this.atMs() !== null || this.pathRead.isLoading() },
      AGAIN_MS,
    );
    reloadEvery(
      {
        reload: () => this.pathRead.reload(),
        isLoading: () => this.nowMs() - this.runClosedMs > STORED_WITHIN_MS || this.pathRead.isLoading(),
      },
      SOON_AGAIN_MS,
    );
    // A trace that the graph shows is on the timeline too, without waiting for the next read of the lists.
    effect(() => {
      const newestMs = Math.max(0, ...(this.path.value()?.agents ?? []).map(({ startedAt }) => Date.parse(startedAt)));
      untracked(() => {
        const listedMs = Date.parse(this.traces.value()?.items[0]?.startedAt ?? this.asked().from);
        if (this.atMs() === null && this.span() === null && newestMs > listedMs) this.retryLists();
      });
    });
    reloadEvery(this.tracesRead, LISTS_AGAIN_MS);
    reloadEvery(this.changesRead, LISTS_AGAIN_MS);
  }

  protected show(queryParams: Record<string, string | null | undefined>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }

  protected showTime(ms: number | null): void {
    this.show({ at: ms === null ? null : new Date(ms).toISOString() });
  }

  /** Shows the stored paths. */
  protected closeRun(): void {
    this.show({ run: null });
    this.runClosedMs = this.nowMs();
    this.pathRead.reload();
  }

  protected toggleAgent(id: string): void {
    const chosen = this.chosenAgents();
    const agents = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id];
    this.show({ agents: agents.length === 0 ? null : agents.join(',') });
  }

  /** Shows the trace before a change next to the one that showed it. */
  protected compareChange({ agentId, at, traceId }: PathChange): void {
    this.show({ left: traceBefore(this.traces.value()?.items ?? [], agentId, at)?.id ?? null, right: traceId });
  }

  protected retryLists(): void {
    this.tracesRead.reload();
    this.changesRead.reload();
  }
}
