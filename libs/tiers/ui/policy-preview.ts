import { Component, computed, input, linkedSignal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { TierPreview } from '@icmp-mon/assignment/contract';
import { countText, CountPipe, RatePipe } from '@icmp-mon/platform/ui-kit';
import { agentLoads } from './agent-loads';
import { previewLines } from './preview-lines';

const AGENTS_SHOWN = 12;

/** Effects of a change of a tier: in sentences, for each agent, and the targets that cannot be placed as asked. */
@Component({
  selector: 'icm-policy-preview',
  imports: [CountPipe, RatePipe, RouterLink],
  templateUrl: './policy-preview.html',
  styleUrl: './policy-preview.scss',
})
export class PolicyPreview {
  readonly preview = input.required<TierPreview>();
  /** Whether it belongs to what the form contains. */
  readonly current = input.required<boolean>();

  /** Properties that the policy changes, as short texts. */
  readonly changes = input<readonly string[]>([]);

  protected readonly loads = computed(() => agentLoads(this.preview().agents));
  protected readonly showsAll = linkedSignal({ source: this.preview, computation: () => false });
  protected readonly shown = computed(() => (this.showsAll() ? this.loads() : this.loads().slice(0, AGENTS_SHOWN)));
  protected readonly hidden = computed(() => this.loads().length - this.shown().length);
  protected readonly lines = computed(() => previewLines(this.preview()));

  /** Text for the number of targets that the samples leave out. */
  protected readonly others = (count: number, sample: readonly unknown[]): string =>
    count > sample.length ? `and ${countText(count - sample.length)} more` : '';
}
