import { Component, computed, input, output } from '@angular/core';
import type { PathChange, StoredTraceSummary } from '@icmp-mon/paths/contract';
import { instantText } from '@icmp-mon/platform/ui-kit';
import { marksOf, momentAt, momentsOf } from './timeline';

const LANES = [
  { cause: 'schedule', text: 'daily' },
  { cause: 'bad', text: 'target bad' },
  { cause: 'command', text: 'on demand' },
  { cause: 'change', text: 'path change' },
] as const;

/** Traces and path changes over time. The scrubber chooses the time at which the paths are shown. */
@Component({
  selector: 'icm-trace-timeline',
  templateUrl: './trace-timeline.html',
  styleUrl: './trace-timeline.scss',
})
export class TraceTimeline {
  readonly traces = input.required<readonly StoredTraceSummary[]>();
  readonly changes = input.required<readonly PathChange[]>();
  readonly span = input.required<{ fromMs: number; toMs: number }>();
  /** The chosen time, ms since 1970; null is now. */
  readonly atMs = input.required<number | null>();
  /** A chosen time; null is now. */
  readonly chosen = output<number | null>();

  protected readonly moments = computed(() => momentsOf(this.traces()));
  protected readonly step = computed(() => momentAt(this.moments(), this.atMs()));
  protected readonly lanes = computed(() => {
    const marks = marksOf(this.traces(), this.changes(), this.span());
    return LANES.map((lane) => ({ ...lane, marks: marks.filter(({ cause }) => cause === lane.cause) }));
  });
  protected readonly text = computed(() => (this.atMs() === null ? 'now' : instantText(this.atMs())));
  /** Place of the chosen time in percent of the span. */
  protected readonly cursor = computed(() => {
    const { fromMs, toMs } = this.span();
    return Math.min(100, Math.max(0, (100 * ((this.atMs() ?? toMs) - fromMs)) / (toMs - fromMs)));
  });

  protected chooseStep(step: number): void {
    this.chosen.emit(this.moments()[Math.max(0, step)] ?? null);
  }

  protected slide(event: Event): void {
    this.chooseStep(Number((event.target as HTMLInputElement).value));
  }

  /** Chooses the last trace at or before the place that was clicked. */
  protected choosePlace(event: MouseEvent): void {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { fromMs, toMs } = this.span();
    this.chooseStep(momentAt(this.moments(), fromMs + ((toMs - fromMs) * (event.clientX - left)) / width));
  }
}
