import { type CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, effect, inject, input, linkedSignal, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import {
  AgePipe,
  ageText,
  Clock,
  ClockTimePipe,
  CountPipe,
  Empty,
  Failure,
  Icon,
  InstantPipe,
  PageTrail,
  RttPipe,
  SharePipe,
  Shortcuts,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import { splitTerms, tagTerm, type TargetSort, type TargetView } from '@icmp-mon/targets/contract';
import { ListTools } from './list-tools';
import { ariaSort, type Column, LIST_COLUMNS } from './list-columns';
import { givenParams, isFiltered, type ListQuery, listParams, readListQuery } from './list-query';
import { TARGETS_PATH } from './targets.client';
import { ListPlace } from './list-place';
import { ListScroll } from './list-scroll';
import { LossStrip } from './loss-strip';
import { ShownFigures } from './shown-figures';
import { TargetRows } from './target-rows';
import { TagsPipe } from './tags.pipe';

/** `/targets?q=&filter=&status=&tier=&sort=&order=&row=`: all targets with their status. `row` is the target that was last opened. */
@Component({
  selector: 'icm-target-list',
  imports: [
    AgePipe,
    ClockTimePipe,
    CountPipe,
    Empty,
    Failure,
    Icon,
    InstantPipe,
    ListTools,
    LossStrip,
    RouterLink,
    RttPipe,
    ScrollingModule,
    SharePipe,
    ShortReasonPipe,
    StatusGlyph,
    TagsPipe,
  ],
  providers: [ListScroll, TargetRows, ShownFigures],
  templateUrl: './target-list.html',
  styleUrl: './target-list.scss',
})
export class TargetList {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  protected readonly stream = inject(LiveStream);
  protected readonly rows = inject(TargetRows);
  protected readonly figures = inject(ShownFigures);
  protected readonly scroll = inject(ListScroll);
  private readonly place = inject(ListPlace);
  protected readonly nowMs = inject(Clock).nowMs;

  readonly q = input<string>();
  readonly filter = input<string>();
  readonly status = input<string>();
  readonly tier = input<string>();
  readonly sort = input<string>();
  readonly order = input<string>();
  readonly row = input<string>();

  private readonly viewport = viewChild<CdkVirtualScrollViewport>('viewport');

  protected readonly columns = LIST_COLUMNS;
  protected readonly firstCommand = [
    `curl --json '{"ip":"127.0.0.9","tier":"standard"}'`,
    '-H "Authorization: Bearer $KEY"',
    `${location.origin}${TARGETS_PATH}`,
  ].join(' \\\n  ');
  protected readonly query = computed(() =>
    readListQuery({
      ...{ q: this.q(), filter: this.filter(), status: this.status(), tier: this.tier() },
      ...{ sort: this.sort(), order: this.order() },
    }),
  );
  protected readonly filtered = computed(() => isFiltered(this.query()));
  protected readonly mayAdd = computed(() => this.session.may('targets:write'));
  protected readonly indexes = computed(() => Array.from({ length: this.rows.length() }, (_, index) => index));
  /** Index of the row selected by keyboard; -1 before the first key. */
  protected readonly active = linkedSignal({ source: this.query, computation: () => -1 });
  /** Index of the row that the Tab key reaches. */
  protected readonly shownActive = computed(() => Math.max(0, this.active()));

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Targets' });
    this.scroll.attach(this.viewport, () => this.showRows());
    effect(() => {
      const query = this.query();
      untracked(() => void this.readRows(query, this.row()));
    });
    effect(() => this.figures.showTargets(this.scroll.visible().flatMap((index) => this.rows.rowAt(index)?.key ?? [])));
    inject(Shortcuts).add(
      { keys: 'j', label: 'Next row', run: () => this.moveTo(this.active() + 1) },
      { keys: 'k', label: 'Previous row', run: () => this.moveTo(this.active() - 1) },
      { keys: 'Home', label: 'First row', run: () => this.moveTo(0) },
      { keys: 'End', label: 'Last row', run: () => this.moveTo(this.rows.length() - 1) },
      { keys: 'Enter', label: 'Open row', run: () => this.openActive() },
      { keys: 'p', label: 'Pause or resume live updates', run: () => this.togglePause() },
      { keys: 'r', label: 'Re-sort', run: () => void this.reSort() },
    );
  }

  /** Returns the text of the last success. For a target that is up, the list has only the success before the latest status change. */
  protected lastSuccessText({ status, lastSuccessAt }: TargetView): string {
    if (status !== 'up') return ageText(lastSuccessAt, this.nowMs());
    return this.stream.isOld() ? '–' : 'recent';
  }

  /** Loads the rendered rows and the figures of the visible ones. */
  protected showRows(): void {
    const rendered = this.scroll.update();
    if (rendered !== null) this.rows.showRange(rendered.start, rendered.end);
  }

  protected trackIndex(index: number): number {
    return index;
  }

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

  protected ariaSort(column: Column): ReturnType<typeof ariaSort> {
    return ariaSort(column, this.query());
  }

  protected clearFilter(): void {
    this.changeQuery({ q: '', filter: '', statuses: [], tier: '' });
  }

  /** Stores the position in the list before a target's page replaces it. */
  protected rememberPlace(row: TargetView, index: number): void {
    const queryParams = { ...givenParams(this.query()), row: row.id };
    const url = this.router.createUrlTree(['/targets'], { queryParams }).toString();
    this.place.rememberPlace(url, row.id, this.scroll.offsetOf(index));
    // The list's entry in the browser history leads back to the row, even after a reload.
    history.replaceState(history.state, '', url);
  }

  protected togglePause(): void {
    this.rows.pauseReads(this.rows.pausedSince() === null);
  }

  protected async reSort(): Promise<void> {
    await this.rows.retryRead();
    this.scroll.toTop();
  }

  private async readRows(query: ListQuery, row: string | undefined): Promise<void> {
    const index = await this.rows.readList(query, row);
    if (row === undefined) return this.scroll.toTop();
    this.active.set(index);
    this.scroll.returnTo(index, (viewportPx) => this.place.offsetOf(row, viewportPx / 2));
  }

  protected changeQuery(change: Partial<ListQuery>, replaceUrl = false): void {
    const queryParams = { ...listParams({ ...this.query(), ...change }), row: null };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl });
  }

  private moveTo(index: number): void {
    const last = this.rows.length() - 1;
    if (last < 0) return;
    const next = Math.max(0, Math.min(last, index));
    this.active.set(next);
    this.scroll.reveal(next);
  }

  private openActive(): void {
    const index = this.shownActive();
    const row = this.rows.rowAt(index);
    if (row === undefined) return;
    this.rememberPlace(row, index);
    void this.router.navigate(['/targets', row.id]);
  }
}
