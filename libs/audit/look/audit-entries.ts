import { Component, computed, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type AuditChange, type AuditEntry, CAUSED_COUNT_MAX } from '@icmp-mon/audit/contract';
import { CountPipe, DateTimePipe, zonesText } from '@icmp-mon/platform/ui-kit';
import { EntityPagePipe, FieldTextPipe, KindTextPipe } from './entry-pipes';

/** Fields of one event that are shown until the reader asks for all. */
const CHANGES_SHOWN_MAX = 5;

/** A table of events: when, by whom, what, and what changed. */
@Component({
  selector: 'icm-audit-entries',
  imports: [CountPipe, DateTimePipe, EntityPagePipe, FieldTextPipe, KindTextPipe, RouterLink],
  templateUrl: './audit-entries.html',
  styleUrl: './audit-entries.scss',
})
export class AuditEntries {
  readonly entries = input.required<readonly AuditEntry[]>();
  readonly label = input.required<string>();
  /** Whether all events are about one entity, which the page names. */
  readonly ofOneEntity = input(false);
  readonly outdated = input(false);

  protected readonly opened = signal<ReadonlySet<string>>(new Set());
  protected readonly zone = computed(() => {
    const times = this.entries().map(({ at }) => Date.parse(at));
    return zonesText(times.at(-1) ?? Date.now(), times[0] ?? Date.now());
  });

  protected readonly countMax = CAUSED_COUNT_MAX;
  protected readonly shownMax = CHANGES_SHOWN_MAX;

  protected shownChanges(changes: readonly AuditChange[], isOpen: boolean): readonly AuditChange[] {
    return isOpen ? changes : changes.slice(0, CHANGES_SHOWN_MAX);
  }

  protected showChanges(id: string): void {
    this.opened.update((opened) => new Set([...opened, id]));
  }
}
