import { Component, computed, inject, input, signal } from '@angular/core';
import { EntityHistory } from '@icmp-mon/audit/look';
import { Session } from '@icmp-mon/identity/ui';
import { DateTimePipe, Failure, keepLast, zonesText } from '@icmp-mon/platform/ui-kit';
import type { MemberChange, TargetView } from '@icmp-mon/targets/contract';
import { changeText } from './change-text';
import { TargetsClient } from './targets.client';

const CHANGES_SHOWN = 50;

/**
 * The changes of a target: when, by whom and what; for readers of the audit, its history there. They are read when the section is opened,
 * and again after each change.
 */
@Component({
  selector: 'icm-target-changes',
  imports: [DateTimePipe, EntityHistory, Failure],
  templateUrl: './target-changes.html',
  styleUrl: './target-body.scss',
  styles: '.change { white-space: normal; overflow-wrap: anywhere; }',
})
export class TargetChanges {
  /** The target; another version is read again. */
  readonly target = input.required<Pick<TargetView, 'id' | 'version'>>();

  private readonly session = inject(Session);
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly isOpen = signal(false);
  private readonly asked = computed(() => {
    const { id, version } = this.target();
    return this.isOpen() ? { id, version, limit: CHANGES_SHOWN } : null;
  });
  private readonly read = inject(TargetsClient).readChanges(this.asked);
  protected readonly kept = keepLast(this.read, () => this.target().id);
  protected readonly items = computed(() => this.kept.value()?.items);
  protected readonly zone = computed(() => {
    const times = (this.items() ?? []).map(({ at }) => Date.parse(at));
    return zonesText(times.at(-1) ?? Date.now(), times[0] ?? Date.now());
  });
  protected readonly limit = CHANGES_SHOWN;

  protected readOnOpening(event: Event): void {
    this.isOpen.set((event.target as HTMLDetailsElement).open);
  }

  protected retryRead(): void {
    this.read.reload();
  }

  protected textsOf(changes: readonly MemberChange[]): string[] {
    return changes.map(changeText);
  }
}
