import { Component, computed, effect, inject, input, linkedSignal, output, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Session } from '@icmp-mon/identity/ui';
import type { OccurrenceView, WindowView } from '@icmp-mon/maintenance/contract';
import { CountPipe, Failure, keepLast, Toasts } from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';
import { askNewTimes } from './move-dialog';
import { OccurrenceTargets } from './occurrence-targets';
import { skippedDates } from './window-draft';
import { occurrenceStateText, occurrenceText, portalZone } from './window-text';

const PER_PAGE = '25';

/** Occurrences of a window: each can be skipped or moved alone, and has its targets once it has begun. */
@Component({
  selector: 'icm-occurrence-table',
  imports: [CountPipe, Failure, OccurrenceTargets],
  templateUrl: './occurrence-table.html',
  styleUrl: './maintenance.scss',
})
export class OccurrenceTable {
  private readonly client = inject(MaintenanceClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  readonly window = input.required<WindowView>();
  readonly look = input.required<number>();
  readonly changed = output();

  private readonly id = computed(() => this.window().id);
  /** Pages before the shown one, for the way back; the first has no cursor. */
  protected readonly cursors = linkedSignal<string, readonly string[]>({ source: this.id, computation: () => [] });
  /** From yesterday on, so that a long list does not begin with 13 months of the past; or all. */
  protected readonly hasPast = linkedSignal({ source: this.id, computation: () => false });
  private readonly isActive = computed(() => ['open', 'planned'].includes(this.window().state));
  private readonly asked = computed(() => {
    const cursor = this.cursors().at(-1);
    return {
      ...{ id: this.id(), limit: PER_PAGE, ...(cursor !== undefined && { cursor }) },
      ...(this.isActive() && !this.hasPast() && { from: 'now' }),
    };
  });
  protected readonly read = this.client.listOccurrences(this.asked);
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));
  protected readonly canShowPast = this.isActive;
  protected readonly zone = computed(portalZone);
  protected readonly ownZone = computed(() => this.window().definition.timeZone);
  protected readonly rows = computed(() =>
    this.kept.value()?.items.map((each) => ({
      ...each,
      when: occurrenceText(each, this.zone()),
      inOwnZone: this.ownZone() === this.zone() ? '' : occurrenceText(each, this.ownZone()),
      stateText: occurrenceStateText(each),
    })),
  );
  protected readonly skipped = computed(() => skippedDates(this.window().changes));
  protected readonly mayWrite = computed(() => this.session.may('maintenance:write'));
  protected readonly whyNot = computed(() =>
    this.mayWrite() ? '' : 'Requires the permission maintenance:write, which engineers have.',
  );
  protected readonly isBusy = signal(false);
  /** Actions of a planned occurrence. */
  protected readonly actions = [
    { id: 'move', text: 'Move', run: (occurrence: OccurrenceView) => this.moveOccurrence(occurrence) },
    { id: 'skip', text: 'Skip', run: ({ date }: OccurrenceView) => this.skipDate(date) },
  ] as const;
  /** Date whose targets are shown; null for none. */
  protected readonly opened = linkedSignal<string, string | null>({ source: this.id, computation: () => null });

  constructor() {
    effect(() => {
      if (this.look() > 0) untracked(() => this.read.reload());
    });
  }

  protected turnPage(cursor: string | null): void {
    this.cursors.update((all) => (cursor === null ? all.slice(0, -1) : [...all, cursor]));
  }

  protected showPast(isShown: boolean): void {
    this.cursors.set([]);
    this.hasPast.set(isShown);
  }

  private skipDate(date: string): Promise<void> {
    return this.runChange(`${date} was not skipped.`, `Nothing happens on ${date}.`, () =>
      this.client.changeDate(this.id(), date, { skip: true }),
    );
  }

  protected restoreDate(date: string): Promise<void> {
    return this.runChange(`${date} was not restored.`, `${date} follows the rule again.`, () =>
      this.client.restoreDate(this.id(), date),
    );
  }

  private async moveOccurrence(occurrence: OccurrenceView): Promise<void> {
    if (await askNewTimes(this.dialog, { window: this.window(), occurrence })) this.afterChange();
  }

  private async runChange(failed: string, done: string, run: () => Promise<unknown>): Promise<void> {
    this.isBusy.set(true);
    try {
      await run();
      this.toasts.done(done);
      this.afterChange();
    } catch (failure) {
      this.toasts.showRefusal(failed, failure);
    } finally {
      this.isBusy.set(false);
    }
  }

  private afterChange(): void {
    this.read.reload();
    this.changed.emit();
  }
}
