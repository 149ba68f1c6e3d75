import { Component, computed, effect, inject, input, linkedSignal, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import {
  Chart,
  ChartColours,
  LONG_TIME_RANGES,
  RangeChoice,
  rangeMs,
  readSpan,
  readTimeRange,
  type TimeSpan,
} from '@icmp-mon/platform/charts';
import {
  AgePipe,
  Clock,
  type Confirmation,
  ConfirmDialog,
  DateTimePipe,
  Failure,
  Icon,
  InstantPipe,
  keepLast,
  PageTrail,
  readProblem,
  RttPipe,
  SharePipe,
  Shortcuts,
  Toasts,
  zoneText,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { ReasonPipe, ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import type { HistoryPoint, ProbeResult, Resolution } from '@icmp-mon/probing/contract';
import { ProbingClient } from '@icmp-mon/probing/ui';
import { StatusClient } from '@icmp-mon/status/ui';
import type { TargetView } from '@icmp-mon/targets/contract';
import { EditTarget } from './edit-target';
import { historyOption } from './history-chart';
import { agentLines, liveOption } from './live-chart';
import { LIVE_FOR_MS, mergeResults, RESULTS_MAX, SINGLES_FOR_MS_MAX } from './live-results';
import { TargetsClient } from './targets.client';
import { ListPlace } from './list-place';
import { LossStrip } from './loss-strip';
import { ShownFigures } from './shown-figures';
import { TagsPipe } from './tags.pipe';
import { LossPipe, OutcomePipe, WindowPipe } from './target-pipes';

const LIVE_AGAIN_MS = 5_000;
const HISTORY_AGAIN_MS = 60_000;
const TABLE_ROWS = 40;
/** The history's windows are of 5 minutes at least: over a shorter span they are no chart. */
const HISTORY_FOR_MS_MIN = 60 * 60_000;

interface Read<T> {
  id: string;
  value: T | undefined;
}

const WINDOW_WORDS: Readonly<Record<Resolution, string>> = {
  '5m': 'windows of 5 minutes',
  '1h': 'windows of an hour',
  '1d': 'windows of a day',
  '1mo': 'windows of a month',
};

/** `/targets/:id?range=` or `?from=&to=`, where id is the id or the address. */
@Component({
  selector: 'icm-target-detail',
  imports: [
    AgePipe,
    Chart,
    DateTimePipe,
    EditTarget,
    Failure,
    Icon,
    InstantPipe,
    LossPipe,
    LossStrip,
    OutcomePipe,
    RangeChoice,
    ReasonPipe,
    RouterLink,
    RttPipe,
    SharePipe,
    ShortReasonPipe,
    StatusGlyph,
    TagsPipe,
    WindowPipe,
  ],
  providers: [ShownFigures],
  templateUrl: './target-detail.html',
  styleUrl: './target-detail.scss',
})
export class TargetDetail {
  private readonly client = inject(TargetsClient);
  private readonly probing = inject(ProbingClient);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private readonly stream = inject(LiveStream);
  private readonly clock = inject(Clock);
  private readonly colours = inject(ChartColours);
  private readonly trail = inject(PageTrail);
  private readonly place = inject(ListPlace);

  readonly id = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly target = this.client.target(this.id);
  protected readonly status = inject(StatusClient).ofTarget(this.id);
  protected readonly nowMs = this.clock.nowMs;
  protected readonly ranges = LONG_TIME_RANGES;
  protected readonly chosenRange = computed(() => readTimeRange(this.range(), '6h'));
  private readonly liveUntilMs = computed(() => Math.ceil(this.nowMs() / LIVE_AGAIN_MS) * LIVE_AGAIN_MS);
  private readonly historyUntilMs = computed(() => Math.ceil(this.nowMs() / HISTORY_AGAIN_MS) * HISTORY_AGAIN_MS);
  /** A span that was chosen in a chart, in the table or in words, instead of a range up to now. */
  protected readonly span = computed(() => readSpan(this.from(), this.to(), this.historyUntilMs()));
  /** What the page shows. */
  private readonly frame = computed<TimeSpan>(() => {
    const toMs = this.historyUntilMs();
    return this.span() ?? { fromMs: toMs - rangeMs(this.chosenRange()), toMs };
  });
  private readonly lengthMs = computed(() => this.frame().toMs - this.frame().fromMs);
  private readonly isShort = computed(() => this.lengthMs() <= SINGLES_FOR_MS_MAX);
  /** Single results of the past; otherwise those that are live are shown. */
  protected readonly pastSpan = computed(() => (this.isShort() && this.to() !== undefined ? this.span() : null));
  protected readonly showsHistory = computed(() => this.lengthMs() >= HISTORY_FOR_MS_MIN);
  private readonly liveForMs = computed(() =>
    this.isShort() && this.pastSpan() === null ? this.lengthMs() : LIVE_FOR_MS,
  );
  private readonly keptForMs = computed(() => Math.max(LIVE_FOR_MS, this.liveForMs()));

  protected readonly results = this.probing.results(
    this.id,
    () => ({ from: `now-${Math.ceil(this.keptForMs() / 60_000)}m` }),
    RESULTS_MAX,
  );
  private readonly pastResults = this.probing.results(
    this.id,
    () => {
      const span = this.pastSpan();
      return span === null
        ? null
        : { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
    },
    RESULTS_MAX,
  );
  protected readonly history = this.probing.history(this.id, () => (this.showsHistory() ? this.frame() : null));

  protected readonly keptTarget = keepLast(this.target, this.id);
  protected readonly keptStatus = keepLast(this.status, this.id);
  protected readonly keptResults = keepLast(this.results, this.id);
  protected readonly keptPast = keepLast(this.pastResults, () => `${this.id()} ${this.from()} ${this.to()}`);
  protected readonly keptHistory = keepLast(this.history, this.id);
  /** What could not be read again, of what is shown. */
  protected readonly failures = computed(() =>
    [
      { what: 'The target', read: this.keptTarget },
      { what: 'The verdicts', read: this.keptStatus },
      { what: 'The results', read: this.keptResults },
      { what: 'The results of the span', read: this.keptPast },
      { what: 'The history', read: this.keptHistory },
    ].flatMap(({ what, read }) => {
      const failure = read.failure();
      return failure === null
        ? []
        : [{ ...failure, what: `${what} could not be read`, isOld: read.value() !== undefined }];
    }),
  );
  protected readonly removed = signal(false);
  /** The target as it was last received: read first, then kept current by the stream. */
  protected readonly view = linkedSignal<Read<TargetView>, TargetView | undefined>({
    source: () => ({ id: this.id(), value: this.keptTarget.value() }),
    computation: ({ value }) => value,
  });
  protected readonly verdicts = computed(() => this.keptStatus.value());
  /** Agents that are not selected because they refuse; those that are selected all the same are in the table. */
  protected readonly passedOver = computed(() => {
    const { agents = [], refusedBy = [] } = this.verdicts() ?? {};
    return refusedBy.filter(({ agentId }) => agents.every((each) => each.agentId !== agentId));
  });
  private readonly page = computed(() => this.keptHistory.value());
  protected readonly points = computed(() => this.page()?.items ?? []);
  protected readonly recent = linkedSignal<Read<ProbeResult[]> & { behindMs: number }, ProbeResult[]>({
    source: () => ({
      id: this.id(),
      value: this.keptResults.value(),
      // When the correction of the clock becomes known, results read before may belong to the last minutes after all.
      behindMs: this.clock.behindMs(),
    }),
    computation: ({ id, value }, before) =>
      mergeResults(before?.source.id === id ? before.value : [], value ?? [], untracked(this.nowMs) - this.keptForMs()),
  });

  protected readonly windowWords = computed(() => WINDOW_WORDS[this.page()?.resolution ?? '5m']);
  protected readonly mayRemove = computed(() => this.session.may('targets:write') && !this.removed());
  /** What the chart and the table of single results show, newest first. */
  protected readonly singles = computed(() =>
    this.pastSpan() === null ? this.recent() : (this.keptPast.value() ?? []),
  );
  protected readonly tableRows = computed(() => this.singles().slice(0, TABLE_ROWS));
  protected readonly figures = inject(ShownFigures);
  protected readonly now = computed(() => {
    const key = this.view()?.key;
    return key === undefined ? undefined : this.figures.of(key);
  });
  protected readonly lastSuccess = computed(() => {
    const received = this.recent().find((result) => result.outcome === 'reply')?.at;
    return received ?? this.view()?.lastSuccessAt ?? null;
  });
  private readonly singlesFrame = computed<TimeSpan>(() => {
    const toMs = this.liveUntilMs();
    return this.pastSpan() ?? { fromMs: toMs - this.liveForMs(), toMs };
  });
  protected readonly liveOption = computed(() =>
    liveOption(this.singles(), this.singlesFrame(), this.colours.palette()),
  );
  protected readonly lines = computed(() => agentLines(this.singles(), this.colours.palette()));
  protected readonly agentsNotDrawn = computed(
    () => new Set(this.singles().map(({ agentId }) => agentId)).size - this.lines().length,
  );
  protected readonly historyOption = computed(() => historyOption(this.points(), this.frame(), this.colours.palette()));
  protected readonly liveMinutes = computed(() => Math.round(this.liveForMs() / 60_000));
  protected readonly zone = computed(() => zoneText(this.singlesFrame().toMs));

  constructor() {
    effect(() => {
      const text = this.view()?.ip ?? this.id();
      untracked(() => this.trail.show({ text: 'Targets', link: this.place.url }, { text }));
    });
    effect((onCleanup) => {
      const watched = this.view()?.id;
      if (watched === undefined) return;
      this.stream.watch(watched);
      onCleanup(() => this.stream.watch(null));
    });
    effect(() => {
      const key = this.view()?.key;
      this.figures.show(key === undefined ? [] : [key]);
    });
    this.stream.listen((batch) => this.receive(batch));
    inject(Shortcuts).add({
      keys: 'u',
      label: 'Back to the list',
      run: () => void this.router.navigateByUrl(this.place.url),
    });
  }

  protected again(): void {
    this.target.reload();
    this.status.reload();
    this.results.reload();
    this.history.reload();
  }

  /** Shows a span; null goes back to the range. */
  protected zoom(span: { fromMs: number; toMs: number } | null): void {
    const text = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
    const queryParams = { from: text(span?.fromMs), to: text(span?.toMs) };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }

  /** What a window holds in finer ones; five minutes are the finest. */
  protected inside(point: HistoryPoint): { from: string; to: string } | null {
    if (this.page()?.resolution === '5m') return null;
    return { from: point.at, to: new Date(Date.parse(point.at) + point.windowMs).toISOString() };
  }

  protected remove(target: TargetView): void {
    const data: Confirmation = {
      title: `Remove ${target.ip}?`,
      text: 'Probing stops at once. What was measured stays stored.',
      action: 'Remove target',
    };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '420px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.sendRemoval(target);
    });
  }

  private async sendRemoval(target: TargetView): Promise<void> {
    try {
      await this.client.remove(target);
      this.toasts.done(`${target.ip} was removed.`);
      await this.router.navigateByUrl(this.place.url);
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.failed(`${target.ip} was not removed. ${problem.title}. ${problem.detail}`);
    }
  }

  private receive(batch: StreamBatch): void {
    const id = this.view()?.id;
    if (batch.reset || batch.resumed) this.again();
    const changed = batch.targets.find((target) => target.id === id);
    if (changed !== undefined) {
      this.view.set(changed);
      this.status.reload();
    }
    if (id !== undefined && batch.removed.includes(id)) this.removed.set(true);
    const received = batch.results.filter((event) => event.targetKey === this.view()?.key).map((event) => event.result);
    const sinceMs = this.nowMs() - this.keptForMs();
    if (received.length > 0) this.recent.update((kept) => mergeResults(kept, received, sinceMs));
  }
}
