import { type CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, effect, type ElementRef, inject, input, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { ClockTimePipe, CountPipe, Empty, Failure, Icon, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { splitTerms, tagTerm, type TargetSort } from '@icmp-mon/targets/contract';
import { changeParameters } from './change-parameters';
import { ListTools } from './list-tools';
import { BulkJob } from './bulk-job';
import { ListBulk } from './list-bulk';
import { ariaSort, type Column, type ColumnId } from './list-columns';
import { ListLayout } from './list-layout';
import { ListNavigation } from './list-navigation';
import { isFiltered, type ListQuery, listParams, readListQuery } from './list-query';
import { ListRow } from './list-row';
import { TARGETS_PATH } from './targets.client';
import { ListPlace } from './list-place';
import { ListScroll } from './list-scroll';
import { ListSelection } from './list-selection';
import { ListViews } from './list-views';
import { SelectionBar } from './selection-bar';
import { SHOWN_ROWS, ShownRows } from './shown-rows';
import { ShownFigures } from './shown-figures';
import { TargetPanel } from './target-panel';
import { TargetRows } from './target-rows';

/**
 * `/targets?q=&filter=&status=&tier=&sort=&order=&columns=&row=&panel=&job=&view=`: all targets with their status. `row` is the target that was last
 * opened; with `panel`, it is shown next to the list, for the time of `range` or `from` and `to`. `job` is a bulk change whose progress is
 * shown, `view` the saved view that was selected.
 */
@Component({
  selector: 'icm-target-list',
  imports: [
    BulkJob,
    ClockTimePipe,
    CountPipe,
    Empty,
    Failure,
    Icon,
    ListRow,
    ListTools,
    RouterLink,
    ScrollingModule,
    SelectionBar,
    TargetPanel,
  ],
  providers: [ListScroll, ListLayout, ListNavigation, ListSelection, ListBulk, ListViews, SHOWN_ROWS],
  templateUrl: './target-list.html',
  styleUrl: './target-list.scss',
})
export class TargetList {
  private readonly router = inject(Router);
  protected readonly session = inject(Session);
  protected readonly rows = inject(TargetRows);
  protected readonly figures = inject(ShownFigures);
  protected readonly scroll = inject(ListScroll);
  protected readonly layout = inject(ListLayout);
  protected readonly navigation = inject(ListNavigation);
  protected readonly selection = inject(ListSelection);
  protected readonly bulk = inject(ListBulk);
  protected readonly views = inject(ListViews);
  private readonly place = inject(ListPlace);

  readonly q = input<string>();
  readonly filter = input<string>();
  readonly status = input<string>();
  readonly tier = input<string>();
  readonly sort = input<string>();
  readonly order = input<string>();
  readonly chosenColumns = input<string | undefined>(undefined, { alias: 'columns' });
  readonly row = input<string>();
  readonly panel = input<string>();
  readonly job = input<string>();
  readonly view = input<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  private readonly viewport = viewChild<CdkVirtualScrollViewport>('viewport');
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  private readonly tools = viewChild.required(ListTools);

  protected readonly firstCommand = [
    `curl --json '{"ip":"127.0.0.9","tier":"standard"}'`,
    '-H "Authorization: Bearer $KEY"',
    `${location.origin}${TARGETS_PATH}`,
  ].join(' \\\n  ');
  protected readonly query = computed(
    () =>
      readListQuery({
        ...{ q: this.q(), filter: this.filter(), status: this.status(), tier: this.tier() },
        ...{ sort: this.sort(), order: this.order() },
      }),
    // Other parameters of the URL, such as the selected row, leave the list as it is.
    { equal: (before, after) => JSON.stringify(before) === JSON.stringify(after) },
  );
  protected readonly filtered = computed(() => isFiltered(this.query()));
  protected readonly indexes = computed(() => Array.from({ length: this.rows.length() }, (_, index) => index));
  /** Id of the target in the panel; null while the panel is closed. */
  protected readonly inPanel = computed(() =>
    this.panel() !== undefined && this.layout.hasPanel() ? (this.row() ?? null) : null,
  );
  /** The target in the panel as the list has it. */
  protected readonly known = computed(() => {
    const id = this.inPanel();
    return id === null ? undefined : this.rows.rowOf(id);
  });

  constructor() {
    this.scroll.attachViewport(this.viewport, () => this.showRows());
    this.layout.followWidth(this.list);
    this.navigation.attachQuery(this.query, this.inPanel);
    this.bulk.attachQuery(this.query);
    this.views.attachQuery(this.query);
    effect(() => {
      const id = this.view();
      untracked(() => void this.views.showView(id, !this.filtered() && this.chosenColumns() === undefined));
    });
    effect(() => this.layout.showColumns(this.chosenColumns()));
    effect(() => {
      const query = this.query();
      untracked(() => {
        this.selection.clear();
        void this.readRows(query, this.row());
      });
    });
    inject(ShownRows).followRows(this.scroll.visible);
    inject(Shortcuts).add(
      { keys: 'p', label: 'Pause or resume live updates', run: () => this.togglePause() },
      { keys: 'r', label: 'Re-sort', run: () => void this.reSort() },
      { keys: 'c', label: 'Choose columns', run: () => void this.tools().chooseColumns() },
      { keys: 'Escape', label: 'Close the panel, then deselect', run: () => this.leaveStep() },
    );
  }

  private leaveStep(): void {
    if (this.inPanel() === null) this.selection.clear();
    else this.navigation.closePanel();
  }

  /** Loads the rendered rows and the figures of the visible ones. */
  protected showRows(): void {
    const rendered = this.scroll.update();
    if (rendered !== null) this.rows.showRange(rendered.start, rendered.end);
  }

  protected readonly trackIndex = (index: number): number => index;

  /** Adds a tag to the filter. */
  protected filterByTag(tag: string): void {
    const terms = splitTerms(this.query().q);
    const at = tag.indexOf('=');
    const term = tagTerm(tag.slice(0, at), tag.slice(at + 1));
    if (!terms.includes(tag)) this.changeQuery({ q: `${this.query().q} ${term}`.trim() });
  }

  protected sortBy(sort: TargetSort): void {
    const { sort: before, order } = this.query();
    this.changeQuery({ sort, order: before === sort && order === 'asc' ? 'desc' : 'asc' });
  }

  protected readonly ariaSort = (column: Column) => ariaSort(column, this.query());

  /** Removes the filter, and texts that are not applied. */
  protected clearFilter(): void {
    this.tools().clearTexts();
    this.changeQuery({ q: '', filter: '', statuses: [], tier: '' });
  }

  protected showColumns(columns: readonly ColumnId[]): void {
    changeParameters(this.router, { columns: this.layout.storeColumns(columns) });
  }

  protected togglePause(): void {
    this.rows.pauseReads(this.rows.pausedSince() === null);
  }

  protected async reSort(): Promise<void> {
    await this.rows.readList(this.query());
    this.scroll.toTop();
  }

  private async readRows(query: ListQuery, row: string | undefined): Promise<void> {
    const index = await this.rows.readList(query, row);
    if (row === undefined) return this.scroll.toTop();
    this.navigation.active.set(index);
    this.scroll.returnTo(index, (viewportPx) => this.place.offsetOf(row, viewportPx / 2));
  }

  protected changeQuery(change: Partial<ListQuery>, replaceUrl = false): void {
    const params = { ...listParams({ ...this.query(), ...change }), row: null, panel: null };
    changeParameters(this.router, params, replaceUrl);
  }
}
