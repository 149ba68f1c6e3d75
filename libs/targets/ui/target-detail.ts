import { Component, computed, effect, inject, input, linkedSignal, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Chart, ChartColours, LONG_TIME_RANGES, RangeChoice } from '@icmp-mon/platform/charts';
import {
  AgePipe,
  Clock,
  CountPipe,
  DateTimePipe,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  RttPipe,
  SharePipe,
  Shortcuts,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { ReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import type { HistoryPoint, Resolution } from '@icmp-mon/probing/contract';
import { StatusClient } from '@icmp-mon/status/ui';
import type { TargetView } from '@icmp-mon/targets/contract';
import { EditTarget } from './edit-target';
import { historyOption } from './history-chart';
import { agentLines, liveOption } from './live-chart';
import { RESULTS_MAX } from './live-results';
import { TargetsClient } from './targets.client';
import { ListPlace } from './list-place';
import { LossStrip } from './loss-strip';
import { readFailures } from './read-failures';
import { RemoveTarget } from './remove-target';
import { ShownFigures } from './shown-figures';
import { TagsPipe } from './tags.pipe';
import { targetResults } from './target-results';
import { LossPipe, OutcomePipe, WindowPipe } from './target-pipes';
import { TargetVerdicts } from './target-verdicts';

const TABLE_ROWS = 40;
interface Read<T> {
  id: string;
  value: T | undefined;
}

const WINDOW_WORDS: Readonly<Record<Resolution, string>> = {
  '5m': '5-minute windows',
  '1h': '1-hour windows',
  '1d': '1-day windows',
  '1mo': '1-month windows',
};

/** `/targets/:id?range=` or `?from=&to=`: one target; `:id` is its id or address. */
@Component({
  selector: 'icm-target-detail',
  imports: [
    AgePipe,
    Chart,
    CountPipe,
    DateTimePipe,
    EditTarget,
    Failure,
    InstantPipe,
    LossPipe,
    LossStrip,
    OutcomePipe,
    RangeChoice,
    ReasonPipe,
    RemoveTarget,
    RouterLink,
    RttPipe,
    SharePipe,
    StatusGlyph,
    TagsPipe,
    TargetVerdicts,
    WindowPipe,
  ],
  providers: [ShownFigures],
  templateUrl: './target-detail.html',
  styleUrl: './target-detail.scss',
})
export class TargetDetail {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly stream = inject(LiveStream);
  private readonly colours = inject(ChartColours);
  private readonly trail = inject(PageTrail);
  private readonly place = inject(ListPlace);

  readonly id = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly target = inject(TargetsClient).readTarget(this.id);
  protected readonly status = inject(StatusClient).ofTarget(this.id);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly ranges = LONG_TIME_RANGES;
  protected readonly shown = targetResults({ id: this.id, range: this.range, from: this.from, to: this.to });

  protected readonly keptTarget = keepLast(this.target, this.id);
  protected readonly keptStatus = keepLast(this.status, this.id);
  /** Failed reads of this page. */
  protected readonly failures = computed(() =>
    readFailures([
      { what: 'the target', read: this.keptTarget },
      { what: 'the verdicts', read: this.keptStatus },
      { what: 'the results', read: this.shown.reads.last },
      { what: 'the results of the span', read: this.shown.reads.past },
      { what: 'the history', read: this.shown.reads.history },
    ]),
  );
  protected readonly removed = signal(false);
  /** The latest version of the target: read first, then updated by the stream. */
  protected readonly view = linkedSignal<Read<TargetView>, TargetView | undefined>({
    source: () => ({ id: this.id(), value: this.keptTarget.value() }),
    computation: ({ value }) => value,
  });
  protected readonly points = computed(() => this.shown.history()?.items ?? []);
  protected readonly windowWords = computed(() => WINDOW_WORDS[this.shown.history()?.resolution ?? '5m']);
  protected readonly mayRemove = computed(() => this.session.may('targets:write') && !this.removed());
  protected readonly tableRows = computed(() => this.shown.singles().slice(0, TABLE_ROWS));
  protected readonly resultsMax = RESULTS_MAX;
  protected readonly figures = inject(ShownFigures);
  protected readonly now = computed(() => {
    const key = this.view()?.key;
    return key === undefined ? undefined : this.figures.figuresOf(key);
  });
  protected readonly lastSuccess = computed(() => {
    const received = this.shown.recent().find((result) => result.outcome === 'reply')?.at;
    return received ?? this.view()?.lastSuccessAt ?? null;
  });
  protected readonly liveOption = computed(() =>
    liveOption(this.shown.singles(), this.shown.singlesFrame(), this.colours.palette()),
  );
  protected readonly lines = computed(() => agentLines(this.shown.singles(), this.colours.palette()));
  protected readonly agentsNotDrawn = computed(
    () => new Set(this.shown.singles().map(({ agentId }) => agentId)).size - this.lines().length,
  );
  protected readonly historyOption = computed(() =>
    historyOption(this.points(), this.shown.frame(), this.colours.palette()),
  );

  constructor() {
    effect(() => {
      const text = this.view()?.ip ?? this.id();
      untracked(() => this.trail.showCrumbs({ text: 'Targets', link: this.place.url }, { text }));
    });
    effect((onCleanup) => {
      const watched = this.view()?.id;
      if (watched === undefined) return;
      this.stream.watchTarget(watched);
      onCleanup(() => this.stream.watchTarget(null));
    });
    effect(() => {
      const key = this.view()?.key;
      this.figures.showTargets(key === undefined ? [] : [key]);
    });
    this.stream.listenToBatches((batch) => this.receiveBatch(batch));
    inject(Shortcuts).add({
      keys: 'u',
      label: 'Back to the list',
      run: () => this.leave(),
    });
  }

  protected retryRead(): void {
    this.target.reload();
    this.status.reload();
    this.shown.reload();
  }

  /** Shows a span; null returns to the range. */
  protected zoom(span: { fromMs: number; toMs: number } | null): void {
    const text = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
    const queryParams = { from: text(span?.fromMs), to: text(span?.toMs) };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }

  /** Returns the span of a window, which is then shown in shorter windows or single results. */
  protected inside(point: HistoryPoint): { from: string; to: string } {
    return { from: point.at, to: new Date(Date.parse(point.at) + point.windowMs).toISOString() };
  }

  /** Returns to the list. */
  private leave(): void {
    void this.router.navigateByUrl(this.place.url);
  }

  private receiveBatch(batch: StreamBatch): void {
    const id = this.view()?.id;
    if (batch.reset || batch.resumed) this.retryRead();
    const changed = batch.targets.find((target) => target.id === id);
    if (changed !== undefined) {
      this.view.set(changed);
      this.status.reload();
    }
    if (id !== undefined && batch.removed.includes(id)) this.removed.set(true);
    const received = batch.results.filter((event) => event.targetKey === this.view()?.key).map((event) => event.result);
    this.shown.receive(received);
  }
}
