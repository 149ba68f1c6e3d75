import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { TargetPlacement } from '@icmp-mon/assignment/contract';
import { AgePipe, Clock } from '@icmp-mon/platform/ui-kit';
import type { TargetStatusView } from '@icmp-mon/status/contract';
import { ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';

/** The verdicts of the selected agents on a target, and the agents whose policy file refuses it. */
@Component({
  selector: 'icm-target-verdicts',
  imports: [AgePipe, RouterLink, ShortReasonPipe, StatusGlyph],
  templateUrl: './target-verdicts.html',
  styleUrl: './target-verdicts.scss',
})
export class TargetVerdicts {
  readonly status = input.required<TargetStatusView | undefined>();
  /** Why the target is not placed as asked; null if it is. */
  readonly placement = input.required<TargetPlacement | null>();
  /** Since when and by whom the target is paused, so that it has no current verdicts, after a blank; null if it is not paused. */
  readonly paused = input<string | null>(null);
  /** Whether the last read failed, so that the verdicts are old. */
  readonly isOutdated = input.required<boolean>();

  protected readonly nowMs = inject(Clock).nowMs;
  /** Whether the target has no verdicts because every check of its tier expects no answer. */
  protected readonly isOnlyValidated = computed(() => this.status()?.reason === 'only_validated');
  /** Agents that are not selected because their policy file refuses the target; selected ones that refuse are among the verdicts. */
  protected readonly passedOver = computed(() => {
    const { agents = [], refusedBy = [] } = this.status() ?? {};
    return refusedBy.filter(({ agentId }) => agents.every((each) => each.agentId !== agentId));
  });
}
