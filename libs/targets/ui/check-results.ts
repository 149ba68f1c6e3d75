import { Component, computed, inject, input, output } from '@angular/core';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { AgePipe, Clock, RttPipe } from '@icmp-mon/platform/ui-kit';
import { checkText } from '@icmp-mon/tiers/ui';
import { checkRows } from './check-rows';
import { DetailPipe, ResultPipe } from './target-pipes';

/** The checks of a target side by side, each with its latest result; one of them is shown in the charts and the table of the page. */
@Component({
  selector: 'icm-check-results',
  imports: [AgePipe, DetailPipe, ResultPipe, RttPipe],
  templateUrl: './check-results.html',
  styles: `
    .bad {
      color: var(--icm-down);
    }
    .chosen td:first-child {
      box-shadow: inset 4px 0 0 var(--icm-accent);
    }
    .details {
      min-width: 240px;
      white-space: normal;
    }
    button {
      text-align: left;
      white-space: normal;
    }
  `,
})
export class CheckResults {
  readonly checks = input.required<readonly CheckDefinition[]>();
  /** Results of all checks in the last minutes, newest first. */
  readonly results = input.required<readonly ProbeResult[]>();
  readonly selected = input.required<number | null>();
  readonly selectedChange = output<number>();

  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly rows = computed(() => checkRows(this.checks(), this.results(), checkText));
  /** Only pings of several packets, requests by HTTP, results that are not believed and confirming probes have details. */
  protected readonly hasDetails = computed(() =>
    this.rows().some(
      ({ last }) => (last?.packets ?? last?.phases ?? last?.notBelieved ?? last?.confirming) !== undefined,
    ),
  );
}
