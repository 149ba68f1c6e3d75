import { Component, computed, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { Clock, DateTimePipe, zoneText } from '@icmp-mon/platform/ui-kit';
import { RANGE_EXAMPLES, readRangeText } from './range-text';
import { rangeMs, TIME_RANGES, type TimeRange, type TimeSpan } from './time-range';

/** Chooses the page's time range, by button or as text, and stores it in the URL: `range`, or `from` and `to`. */
@Component({
  selector: 'icm-range-choice',
  imports: [DateTimePipe],
  templateUrl: './range-choice.html',
  styleUrl: './range-choice.scss',
})
export class RangeChoice {
  private readonly router = inject(Router);
  private readonly clock = inject(Clock);
  /** The range to which the page returns from a span. */
  readonly range = input.required<TimeRange>();
  /** A span that replaces the range; null if none is chosen. */
  readonly span = input<TimeSpan | null>(null);
  readonly ranges = input<readonly TimeRange[]>(TIME_RANGES);
  /** Longest range that the page can show, ms. */
  readonly longestMs = input(Infinity);

  protected readonly examples = RANGE_EXAMPLES;
  protected readonly refused = signal<string | null>(null);
  /** A range from the URL that has no button. */
  protected readonly other = computed(() =>
    this.span() === null && !this.ranges().includes(this.range()) ? this.range() : null,
  );
  protected readonly zone = computed(() => zoneText(this.span()?.toMs ?? this.clock.nowMs()));
  /** UTC offset at the start of the span if it differs from the end, because daylight saving time began or ended; otherwise empty. */
  protected readonly zoneBefore = computed(() => {
    const span = this.span();
    const text = span === null ? '' : zoneText(span.fromMs);
    return text === this.zone() ? '' : text;
  });

  protected choose(range: TimeRange): void {
    this.showRange({ range, from: null, to: null });
  }

  protected back(): void {
    this.showRange({ from: null, to: null });
  }

  protected writeRange(field: HTMLInputElement): void {
    const nowMs = this.clock.nowMs();
    const written = readRangeText(field.value, nowMs);
    this.refused.set(this.reasonAgainst(written, nowMs));
    if (written === null || this.refused() !== null) return;
    field.value = '';
    field.blur();
    if ('range' in written) return this.choose(written.range);
    const text = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
    this.showRange({ from: text(written.fromMs), to: text(written.toMs) });
  }

  private reasonAgainst(written: ReturnType<typeof readRangeText>, nowMs: number): string | null {
    if (written === null) return `Enter a range of 2 minutes to 2 years in the past, such as ${RANGE_EXAMPLES}.`;
    const lengthMs = 'range' in written ? rangeMs(written.range) : (written.toMs ?? nowMs) - written.fromMs;
    return lengthMs > this.longestMs() ? `This page shows at most ${this.longestMs() / 86_400_000} days.` : null;
  }

  private showRange(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
