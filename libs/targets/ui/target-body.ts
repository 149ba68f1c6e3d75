import { Component, computed, effect, inject, input, linkedSignal, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Chart, ChartColours, LONG_TIME_RANGES, RangeChoice } from '@icmp-mon/platform/charts';
import {
  AgePipe,
  Clock,
  CountPipe,
  Failure,
  InstantPipe,
  keepLast,
  readProblem,
  RttPipe,
  SharePipe,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import { ReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import { StatusClient, TargetChecks } from '@icmp-mon/status/ui';
import type { TargetView } from '@icmp-mon/targets/contract';
import { CheckResults } from './check-results';
import { EditTarget } from './edit-target';
import { FormerTarget } from './former-target';
import { LatestResults } from './latest-results';
import { agentLines, liveOption } from './live-chart';
import { RESULTS_MAX } from './live-results';
import { TargetsClient } from './targets.client';
import { LossStrip } from './loss-strip';
import { readFailures } from './read-failures';
import { RemoveTarget } from './remove-target';
import { ambiguityOf } from './several-targets';
import { SeveralVrfs } from './several-vrfs';
import { showSpan } from './show-span';
import { shownCheck } from './shown-check';
import { ShownFigures } from './shown-figures';
import { TagsPipe } from './tags.pipe';
import { PROBE_NOW } from './target-console';
import { TargetChanges } from './target-changes';
import { TargetHistory } from './history/target-history';
import { TARGET_MAINTENANCE } from './target-maintenance';
import { targetPause } from './target-pause';
import { targetResults } from './target-results';
import { TargetVerdicts } from './target-verdicts';

type Read<T> = { id: string; value: T | undefined };

/** One target with its status, results and verdicts: the content of its page and of the panel next to the list. */
@Component({
  selector: 'icm-target-body',
  imports: [
    AgePipe,
    Chart,
    CheckResults,
    CountPipe,
    LatestResults,
    EditTarget,
    Failure,
    FormerTarget,
    InstantPipe,
    LossStrip,
    PROBE_NOW,
    RangeChoice,
    ReasonPipe,
    RemoveTarget,
    RouterLink,
    RttPipe,
    SeveralVrfs,
    SharePipe,
    StatusGlyph,
    TagsPipe,
    TARGET_MAINTENANCE,
    TargetChanges,
    TargetChecks,
    TargetHistory,
    TargetVerdicts,
  ],
  providers: [ShownFigures],
  templateUrl: './target-body.html',
  styleUrl: './target-body.scss',
})
export class TargetBody {
  private readonly router = inject(Router);
  protected readonly session = inject(Session);
  private readonly stream = inject(LiveStream);
  private readonly colours = inject(ChartColours);

  /** Id or address of the target. */
  readonly id = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  /** The target as it was last read; shown until it is read again. */
  readonly known = input<TargetView>();
  /** Whether it is shown next to the list, which then stays after a removal. */
  readonly inPanel = input(false);

  private readonly client = inject(TargetsClient);
  protected readonly target = this.client.readTarget(this.id);
  protected readonly status = inject(StatusClient).ofTarget(this.id);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly ranges = LONG_TIME_RANGES;
  protected readonly ofTier = shownCheck(() => this.view()?.tier ?? null);
  protected readonly shown = targetResults({
    ...{ id: this.id, range: this.range, from: this.from, to: this.to },
    check: this.ofTier.check,
  });

  protected readonly keptTarget = keepLast(this.target, this.id);
  protected readonly keptStatus = keepLast(this.status, this.id);
  /** Failed reads of this page. */
  protected readonly failures = computed(() =>
    readFailures([
      { what: 'the target', read: this.keptTarget },
      { what: 'the verdicts', read: this.keptStatus },
      ...this.shown.namedReads,
    ]),
  );
  protected readonly removed = linkedSignal({ source: this.id, computation: () => false });
  /** The latest version of the target: read first, then updated by the stream. */
  readonly view = linkedSignal<Read<TargetView>, TargetView | undefined>({
    source: () => ({ id: this.id(), value: this.keptTarget.value() ?? this.knownTarget() }),
    computation: ({ value }) => value,
  });
  /** Whether there is no such target, or no longer. */
  protected readonly isMissing = computed(() => {
    const failure = this.keptTarget.failure();
    return this.removed() || (failure !== null && readProblem(failure.error).status === 404);
  });
  protected readonly ambiguous = computed(() => ambiguityOf(this.keptTarget.failure()));
  private readonly former = viewChild(FormerTarget);
  /** The address, as far as it is known. */
  readonly address = computed(() => this.view()?.ip ?? this.former()?.address() ?? this.id());
  /** Since when and by whom the target is paused; null if it is not. */
  protected readonly paused = targetPause(this.id, this.view);
  protected readonly isProbing = linkedSignal({ source: this.id, computation: () => false });
  protected readonly resultsMax = RESULTS_MAX;
  protected readonly figures = inject(ShownFigures);
  protected readonly now = computed(() => {
    const key = this.view()?.key;
    return key === undefined ? undefined : this.figures.figuresOf(key);
  });
  protected readonly lastSuccess = computed(() => {
    const received = this.shown.recent().find((each) => each.outcome === 'reply' && this.ofTier.isLeading(each))?.at;
    return received ?? this.view()?.lastSuccessAt ?? null;
  });
  protected readonly liveOption = computed(() =>
    liveOption(this.shown.singles(), this.shown.singlesFrame(), this.colours.palette()),
  );
  protected readonly lines = computed(() => agentLines(this.shown.singles(), this.colours.palette()));
  protected readonly agentsNotDrawn = computed(
    () => new Set(this.shown.singles().map(({ agentId }) => agentId)).size - this.lines().length,
  );

  constructor() {
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
  }

  private knownTarget(): TargetView | undefined {
    const known = untracked(this.known);
    return known?.id === this.id() ? known : undefined;
  }

  protected retryRead(): void {
    this.target.reload();
    this.status.reload();
    this.shown.reload();
  }

  /** Shows a span; null returns to the range. */
  protected zoom(span: { fromMs: number; toMs: number } | null): void {
    showSpan(this.router, span);
  }

  private receiveBatch(batch: StreamBatch): void {
    const id = this.view()?.id;
    if (batch.reset || batch.resumed) this.retryRead();
    else if (batch.maintenance) this.target.reload();
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
