import { type CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import {
  afterNextRender,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  Injector,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
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
import { isFiltered, type ListQuery, listParams, readListQuery } from './list-query';
import { TARGETS_PATH } from './targets.client';
import { first, startWith } from 'rxjs';
import { ListPlace } from './list-place';
import { LossStrip } from './loss-strip';
import { ShownFigures } from './shown-figures';
import { TargetRows } from './target-rows';
import { TagsPipe } from './tags.pipe';

const ROW_PX = 32;
/** Height of a row on a narrow screen, where it has two lines. */
const PHONE_ROW_PX = 52;
const PHONE = '(max-width: 640px)';

interface Column {
  text: string;
  sort: TargetSort | null;
  name: string;
}

/** `/targets?q=&status=&tier=&sort=&order=&row=`: all targets with their status. `row` is the target that was last opened. */
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
  providers: [TargetRows, ShownFigures],
  templateUrl: './target-list.html',
  styleUrl: './target-list.scss',
})
export class TargetList {
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly destroyRef = inject(DestroyRef);
  private readonly session = inject(Session);
  protected readonly stream = inject(LiveStream);
  protected readonly rows = inject(TargetRows);
  protected readonly figures = inject(ShownFigures);
  private readonly place = inject(ListPlace);
  protected readonly nowMs = inject(Clock).nowMs;

  readonly q = input<string>();
  readonly status = input<string>();
  readonly tier = input<string>();
  readonly sort = input<string>();
  readonly order = input<string>();
  readonly row = input<string>();

  private readonly viewport = viewChild<CdkVirtualScrollViewport>('viewport');

  protected readonly columns: readonly Column[] = [
    { text: 'Status', sort: 'status', name: 'status' },
    { text: 'Address', sort: 'ip', name: 'ip' },
    { text: 'Name', sort: 'name', name: 'name' },
    { text: 'Tier', sort: 'tier', name: 'tier' },
    { text: 'Tags', sort: null, name: 'tags' },
    { text: 'RTT', sort: null, name: 'rtt' },
    { text: 'Loss 5 min', sort: null, name: 'loss' },
    { text: 'Loss 1 h', sort: null, name: 'strip' },
    { text: 'Duration', sort: 'since', name: 'since' },
    { text: 'Last success', sort: null, name: 'success' },
  ];
  protected readonly firstCommand = [
    `curl --json '{"ip":"127.0.0.9","tier":"standard"}'`,
    '-H "Authorization: Bearer $KEY"',
    `${location.origin}${TARGETS_PATH}`,
  ].join(' \\\n  ');
  protected readonly query = computed(() =>
    readListQuery({ q: this.q(), status: this.status(), tier: this.tier(), sort: this.sort(), order: this.order() }),
  );
  protected readonly filtered = computed(() => isFiltered(this.query()));
  protected readonly mayAdd = computed(() => this.session.may('targets:write'));
  protected readonly indexes = computed(() => Array.from({ length: this.rows.length() }, (_, index) => index));
  /** Index of the row selected by keyboard; -1 before the first key. */
  protected readonly active = linkedSignal({ source: this.query, computation: () => -1 });
  /** Index of the row that the Tab key reaches. */
  protected readonly shownActive = computed(() => Math.max(0, this.active()));
  protected readonly rowPx = signal(ROW_PX);
  private readonly onScreen = signal<readonly number[]>([]);

  constructor() {
    inject(PageTrail).show({ text: 'Targets' });
    const phone = matchMedia(PHONE);
    const fit = (): void => this.rowPx.set(phone.matches ? PHONE_ROW_PX : ROW_PX);
    phone.addEventListener('change', fit);
    this.destroyRef.onDestroy(() => phone.removeEventListener('change', fit));
    fit();
    effect(() => {
      const query = this.query();
      untracked(() => void this.read(query, this.row()));
    });
    effect(() => this.figures.show(this.onScreen().flatMap((index) => this.rows.row(index)?.key ?? [])));
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

  protected trackIndex(index: number): number {
    return index;
  }

  /** Adds a tag to the filter. */
  protected filterByTag(tag: string): void {
    const terms = splitTerms(this.query().q);
    const at = tag.indexOf('=');
    const term = tagTerm(tag.slice(0, at), tag.slice(at + 1));
    if (!terms.includes(tag)) this.ask({ q: `${this.query().q} ${term}`.trim() });
  }

  protected sortBy(sort: TargetSort): void {
    const { sort: before, order } = this.query();
    this.ask({ sort, order: before === sort && order === 'asc' ? 'desc' : 'asc' });
  }

  protected ariaSort(column: Column): 'ascending' | 'descending' | 'none' | null {
    if (column.sort === null) return null;
    if (this.query().sort !== column.sort) return 'none';
    return this.query().order === 'asc' ? 'ascending' : 'descending';
  }

  protected clearFilter(): void {
    this.ask({ q: '', statuses: [], tier: '' });
  }

  protected showRows(): void {
    const viewport = this.viewport();
    if (viewport === undefined) return;
    const { start, end } = viewport.getRenderedRange();
    this.rows.show(start, end);
    const first = Math.floor(viewport.measureScrollOffset() / this.rowPx());
    const rows = Math.ceil(viewport.getViewportSize() / this.rowPx()) + 1;
    this.onScreen.set(Array.from({ length: rows }, (_, index) => first + index));
  }

  /** Stores the position in the list before a target's page replaces it. */
  protected leave(row: TargetView, index: number): void {
    const queryParams = { ...this.currentParams(), row: row.id };
    const url = this.router.createUrlTree(['/targets'], { queryParams }).toString();
    this.place.leave(url, row.id, index * this.rowPx() - (this.viewport()?.measureScrollOffset() ?? 0));
    // The list's entry in the browser history leads back to the row, even after a reload.
    history.replaceState(history.state, '', url);
  }

  protected togglePause(): void {
    this.rows.pause(this.rows.pausedSince() === null);
  }

  protected async reSort(): Promise<void> {
    await this.rows.again();
    this.viewport()?.scrollToIndex(0);
  }

  private async read(query: ListQuery, row: string | undefined): Promise<void> {
    const index = await this.rows.read(query, row);
    if (row === undefined) this.viewport()?.scrollToIndex(0);
    else this.returnTo(index, row);
  }

  /** Scrolls so that a row is where it was when it was opened, and focuses it. */
  private returnTo(index: number, row: string): void {
    this.active.set(index);
    const show = (): void => {
      const viewport = this.viewport();
      if (viewport === undefined) return;
      const offsetPx = this.place.offsetOf(row, viewport.getViewportSize() / 2);
      viewport.scrollToOffset(Math.max(0, index * this.rowPx() - offsetPx));
      this.showRows();
      this.whenRendered(viewport, index, () => this.focusRow(index));
    };
    afterNextRender({ write: show }, { injector: this.injector });
  }

  /** Calls `run` once the viewport has rendered a row, which happens in one of the next frames. */
  private whenRendered(viewport: CdkVirtualScrollViewport, index: number, run: () => void): void {
    const holds = ({ start, end }: { start: number; end: number }): boolean => start <= index && index < end;
    viewport.renderedRangeStream
      .pipe(startWith(viewport.getRenderedRange()), first(holds, null), takeUntilDestroyed(this.destroyRef))
      .subscribe(() => afterNextRender({ read: run }, { injector: this.injector }));
  }

  private currentParams(): Record<string, string> {
    const params = Object.entries(listParams(this.query()));
    return Object.fromEntries(params.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  }

  protected ask(change: Partial<ListQuery>, replaceUrl = false): void {
    const queryParams = { ...listParams({ ...this.query(), ...change }), row: null };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl });
  }

  private moveTo(index: number): void {
    const last = this.rows.length() - 1;
    if (last < 0) return;
    const next = Math.max(0, Math.min(last, index));
    this.active.set(next);
    this.scrollTo(next);
    afterNextRender({ read: () => this.focusRow(next) }, { injector: this.injector });
  }

  private scrollTo(index: number): void {
    const viewport = this.viewport();
    if (viewport === undefined) return;
    const top = viewport.measureScrollOffset();
    const height = viewport.getViewportSize();
    const at = index * this.rowPx();
    if (at < top) viewport.scrollToOffset(at);
    else if (at + this.rowPx() > top + height) viewport.scrollToOffset(at + this.rowPx() - height);
  }

  protected focusRow(index: number): void {
    document.getElementById(`target-row-${index}`)?.focus({ preventScroll: true });
  }

  private openActive(): void {
    const index = this.shownActive();
    const row = this.rows.row(index);
    if (row === undefined) return;
    this.leave(row, index);
    void this.router.navigate(['/targets', row.id]);
  }
}
