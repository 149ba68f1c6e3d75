import { type CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import {
  afterNextRender,
  Component,
  computed,
  effect,
  type ElementRef,
  inject,
  Injector,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import {
  AgePipe,
  ageText,
  Clock,
  ClockTimePipe,
  CountPipe,
  countText,
  Empty,
  Failure,
  Icon,
  InstantPipe,
  keepLast,
  PageTrail,
  Shortcuts,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import { type Status, STATUSES } from '@icmp-mon/status/contract';
import type { TargetSort, TargetView } from '@icmp-mon/targets/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { isFiltered, type ListQuery, listParams, readListQuery } from './list-query';
import { TARGETS_PATH } from './targets.client';
import { TargetRows } from './target-rows';
import { TagsPipe } from './tags.pipe';

const ROW_PX = 32;
const TYPING_MS = 250;

interface Column {
  text: string;
  sort: TargetSort | null;
  name: string;
}

/** `/targets?q=&status=&tier=&sort=&order=`: the whole inventory with its status. */
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
    RouterLink,
    ScrollingModule,
    ShortReasonPipe,
    StatusGlyph,
    TagsPipe,
  ],
  providers: [TargetRows],
  templateUrl: './target-list.html',
  styleUrl: './target-list.scss',
})
export class TargetList {
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  protected readonly stream = inject(LiveStream);
  protected readonly rows = inject(TargetRows);
  protected readonly nowMs = inject(Clock).nowMs;

  readonly q = input<string>();
  readonly status = input<string>();
  readonly tier = input<string>();
  readonly sort = input<string>();
  readonly order = input<string>();

  private readonly viewport = viewChild<CdkVirtualScrollViewport>('viewport');
  private readonly filterBox = viewChild.required<ElementRef<HTMLInputElement>>('filterBox');
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected readonly columns: readonly Column[] = [
    { text: 'Status', sort: 'status', name: 'status' },
    { text: 'Address', sort: 'ip', name: 'ip' },
    { text: 'Name', sort: 'name', name: 'name' },
    { text: 'Tier', sort: 'tier', name: 'tier' },
    { text: 'Tags', sort: null, name: 'tags' },
    { text: 'For', sort: 'since', name: 'since' },
    { text: 'Last success', sort: null, name: 'success' },
  ];
  protected readonly statuses = STATUSES;
  protected readonly firstCommand = [
    `curl --json '{"ip":"127.0.0.9","tier":"standard"}'`,
    '-H "Authorization: Bearer $KEY"',
    `${location.origin}${TARGETS_PATH}`,
  ].join(' \\\n  ');
  protected readonly tiers = keepLast(inject(TiersClient).list());
  protected readonly query = computed(() =>
    readListQuery({ q: this.q(), status: this.status(), tier: this.tier(), sort: this.sort(), order: this.order() }),
  );
  protected readonly filtered = computed(() => isFiltered(this.query()));
  protected readonly mayAdd = computed(() => this.session.may('targets:write'));
  protected readonly indexes = computed(() => Array.from({ length: this.rows.length() }, (_, index) => index));
  protected readonly active = linkedSignal({ source: this.query, computation: () => 0 });
  protected readonly filterText = linkedSignal(() => this.query().q);
  protected readonly announced = signal('');

  constructor() {
    inject(PageTrail).show({ text: 'Targets' });
    effect(() => {
      const query = this.query();
      untracked(() => void this.read(query));
    });
    inject(Shortcuts).add(
      { keys: '/', label: 'Filter the list', run: () => this.filterBox().nativeElement.select() },
      { keys: 'j', label: 'Next row', run: () => this.moveTo(this.active() + 1) },
      { keys: 'k', label: 'Row before', run: () => this.moveTo(this.active() - 1) },
      { keys: 'Enter', label: 'Open the row', run: () => this.openActive() },
      { keys: 'p', label: 'Pause or resume changes', run: () => this.togglePause() },
      { keys: 'r', label: 'Re-sort', run: () => void this.reSort() },
    );
  }

  /** For a target that is up, the list only has the success at its last change of status, not the latest one. */
  protected lastSuccessText({ status, lastSuccessAt }: TargetView): string {
    if (status !== 'up') return ageText(lastSuccessAt, this.nowMs());
    return this.stream.isOld() ? '–' : 'recent';
  }

  protected trackIndex(index: number): number {
    return index;
  }

  protected type(text: string): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.ask({ q: text.trim() }, true), TYPING_MS);
  }

  protected leaveFilter(event: Event): void {
    (event.target as HTMLInputElement).blur();
    this.focusRow(this.active());
  }

  protected toggleStatus(status: Status): void {
    const statuses = this.query().statuses;
    const next = statuses.includes(status) ? statuses.filter((other) => other !== status) : [...statuses, status];
    this.ask({ statuses: next });
  }

  protected chooseTier(tier: string): void {
    this.ask({ tier });
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
    const range = this.viewport()?.getRenderedRange();
    if (range !== undefined) this.rows.show(range.start, range.end);
  }

  protected togglePause(): void {
    this.rows.pause(this.rows.pausedSince() === null);
  }

  protected async reSort(): Promise<void> {
    await this.rows.again();
    this.viewport()?.scrollToIndex(0);
  }

  protected async addTarget(): Promise<void> {
    const { AddTarget } = await import('./add-target');
    const closed = this.dialog.open(AddTarget, { width: '440px' }).afterClosed();
    closed.subscribe((view) => {
      if (view !== undefined) void this.reSort();
    });
  }

  private async read(query: ListQuery): Promise<void> {
    await this.rows.read(query);
    this.viewport()?.scrollToIndex(0);
    this.announced.set(`${countText(this.rows.length())} targets`);
  }

  private ask(change: Partial<ListQuery>, replaceUrl = false): void {
    const queryParams = listParams({ ...this.query(), ...change });
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
    const at = index * ROW_PX;
    if (at < top) viewport.scrollToOffset(at);
    else if (at + ROW_PX > top + height) viewport.scrollToOffset(at + ROW_PX - height);
  }

  private focusRow(index: number): void {
    document.getElementById(`target-row-${index}`)?.focus({ preventScroll: true });
  }

  private openActive(): void {
    const row = this.rows.row(this.active());
    if (row !== undefined) void this.router.navigate(['/targets', row.id]);
  }
}
