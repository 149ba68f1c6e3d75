import { Component, computed, inject, input } from '@angular/core';
import { Clock, DateTimePipe, RttPipe } from '@icmp-mon/platform/ui-kit';
import { DetailPipe, LossPipe, ResultPipe } from './target-pipes';
import type { TargetResults } from './target-results';

const TABLE_ROWS = 40;

/** The latest results of a target, as a table. */
@Component({
  selector: 'icm-latest-results',
  imports: [DateTimePipe, DetailPipe, LossPipe, ResultPipe, RttPipe],
  templateUrl: './latest-results.html',
  styleUrl: './target-body.scss',
})
export class LatestResults {
  readonly shown = input.required<TargetResults>();
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly tableRows = computed(() => this.shown().singles().slice(0, TABLE_ROWS));
  protected readonly hasDetails = computed(() =>
    this.tableRows().some(
      ({ packets, phases, notBelieved, confirming }) => (packets ?? phases ?? notBelieved ?? confirming) !== undefined,
    ),
  );
}
