import { Component, computed, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { InstantPipe } from '@icmp-mon/platform/ui-kit';
import type { LeftAction, SourceRunView } from '@icmp-mon/targets/contract';
import { countsText, isRunning, leftText, runTitle } from './source-text';

/** One run of a source: its counts, its error with what to do, refused entries, and targets that left. */
@Component({
  selector: 'icm-source-run',
  imports: [InstantPipe, RouterLink],
  templateUrl: './source-run.html',
  styleUrl: './source.scss',
})
export class SourceRun {
  readonly run = input.required<SourceRunView>();
  /** Effect of the source on targets that left. */
  readonly action = input.required<LeftAction>();
  readonly mayManage = input.required<boolean>();
  readonly isBusy = input.required<boolean>();
  readonly confirmed = output<number>();

  protected readonly title = computed(() => runTitle(this.run()));
  protected readonly running = computed(() => isRunning(this.run()));
  protected readonly counts = computed(() => countsText(this.run()));
  protected readonly left = computed(() => leftText(this.run(), this.action()));
}
