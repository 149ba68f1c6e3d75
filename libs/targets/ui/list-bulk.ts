import { computed, inject, Injectable, type Signal, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Shortcuts, Toasts } from '@icmp-mon/platform/ui-kit';
import { BULK_IDS_MAX, type BulkJobDetail } from '@icmp-mon/targets/contract';
import { changeParameters } from './change-parameters';
import { bulkFilter } from './bulk-filter';
import type { BulkSelection } from './bulk-dialog';
import { ListNavigation } from './list-navigation';
import { type ListQuery, WORST_FIRST } from './list-query';
import { ListScroll } from './list-scroll';
import { ListSelection, type SelectionResult } from './list-selection';
import { TargetRows } from './target-rows';

const REFUSALS: Readonly<Record<Exclude<SelectionResult, 'selected'>, string>> = {
  too_many: `At most ${BULK_IDS_MAX} rows can be selected one by one. Select all that match (A) instead.`,
  not_loaded:
    'Not all rows from the last selected one to this one are loaded. Scroll over them first, or use a filter (f).',
};

/** Selecting rows of the target list, and changing the selected targets. The URL has the job's id. Provide it in the list's component. */
@Injectable()
export class ListBulk {
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly rows = inject(TargetRows);
  private readonly navigation = inject(ListNavigation);
  private readonly scroll = inject(ListScroll);
  private readonly session = inject(Session);
  private readonly selection = inject(ListSelection);
  private query: Signal<ListQuery> = signal(WORST_FIRST);

  /** Whether rows have a box: the user may change targets, and the screen is not narrow. */
  readonly canSelect = computed(() => this.session.may('targets:write') && !this.scroll.isPhone());
  readonly count = computed(() => (this.selection.isAll() ? this.rows.length() : this.selection.ids().length));
  /** Whether the whole list can be selected: its search can be written as a filter. */
  readonly canSelectAll = computed(() => bulkFilter(this.query()) !== null);

  constructor() {
    inject(Shortcuts).add(
      { keys: 'x', label: 'Select or deselect the row', run: () => this.toggleRow(this.navigation.shownActive()) },
      { keys: 'X', label: 'Select the rows up to this one', run: () => this.extendTo(this.navigation.shownActive()) },
      { keys: 'A', label: 'Select all targets that match', run: () => this.selectAll() },
      { keys: 'b', label: 'Change the selected targets', run: () => void this.openDialog() },
    );
  }

  /** Sets the list's query. */
  attachQuery(query: Signal<ListQuery>): void {
    this.query = query;
  }

  isSelected(id: string): boolean | null {
    return this.canSelect() ? this.selection.has(id) : null;
  }

  toggleRow(index: number): void {
    const row = this.rows.rowAt(index);
    if (row === undefined || !this.canSelect()) return;
    if (this.selection.isAll()) return this.selection.clear();
    this.explain(this.selection.toggleRow(row));
  }

  extendTo(index: number): void {
    if (!this.canSelect() || this.selection.isAll()) return;
    this.explain(this.selection.extendTo(index, this.rows.lastRead()));
  }

  selectAll(): void {
    if (!this.canSelect()) return;
    if (this.canSelectAll()) this.selection.selectAll();
    else this.toasts.showFailure('A search for parts of texts cannot be selected as a whole. Use a filter (f).');
  }

  async openDialog(): Promise<void> {
    if (!this.canSelect() || this.selection.isEmpty()) return;
    const filter = this.selection.isAll() ? bulkFilter(this.query()) : null;
    const data: BulkSelection = filter === null ? { targets: this.selection.ids() } : { filter };
    const { BulkDialog } = await import('./bulk-dialog');
    const dialog = this.dialog.open<unknown, BulkSelection, BulkJobDetail>(BulkDialog, { data, width: '480px' });
    dialog.afterClosed().subscribe((job) => {
      if (job === undefined) return;
      this.selection.clear();
      this.showJob(job.id);
    });
  }

  /** Shows the progress of a job; null hides it. */
  showJob(job: string | null): void {
    changeParameters(this.router, { job }, true);
  }

  private explain(result: SelectionResult): void {
    if (result !== 'selected') this.toasts.showFailure(REFUSALS[result]);
  }
}
