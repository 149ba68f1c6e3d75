import {
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { CountPipe, Icon, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { type Status, STATUSES } from '@icmp-mon/status/contract';
import { StatusGlyph } from '@icmp-mon/status/look';
import { FilterField } from '@icmp-mon/targets/look';
import { FilterNames } from './filter-names';
import { offeredFilter } from './filter-offer';
import type { ColumnId } from './list-columns';
import type { ListQuery } from './list-query';
import { openAddTarget } from './open-add-target';
import { SilenceList } from './silence-list';

const TYPING_MS = 250;

export interface AskedList {
  change: Partial<ListQuery>;
  /** Whether the URL is replaced, so that typing does not add a history entry per letter. */
  replacesUrl: boolean;
}

/** Toolbar of the target list: filter and actions. */
@Component({
  selector: 'icm-list-tools',
  imports: [CountPipe, FilterField, Icon, RouterLink, SilenceList, StatusGlyph],
  providers: [FilterNames],
  templateUrl: './list-tools.html',
  styleUrl: './list-tools.scss',
})
export class ListTools {
  private readonly dialog = inject(MatDialog);
  private readonly session = inject(Session);
  protected readonly stream = inject(LiveStream);

  readonly query = input.required<ListQuery>();
  /** Chosen columns. */
  readonly columns = input.required<readonly ColumnId[]>();
  readonly paused = input.required<boolean>();
  readonly asked = output<AskedList>();
  readonly viewsOpened = output();
  readonly columnsChosen = output<readonly ColumnId[]>();
  readonly pauseToggled = output();
  /** Emits after a target was added. */
  readonly added = output();
  /** Emits the id of a job that adds the targets of a block. */
  readonly jobStarted = output<string>();
  /** Emits when the user left the filter with Escape. */
  readonly left = output();

  private readonly filterBox = viewChild.required<ElementRef<HTMLInputElement>>('filterBox');
  private readonly filterField = viewChild.required(FilterField);
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected readonly statuses = STATUSES;
  protected readonly names = inject(FilterNames);
  protected readonly tiers = this.names.tiers;
  protected readonly mayAdd = computed(() => this.session.may('targets:write'));
  protected readonly filterText = linkedSignal(() => this.query().q);
  /** The search text if it is a filter, so that it can become one. */
  protected readonly offered = computed(() => offeredFilter(this.filterText()));

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
    inject(Shortcuts).add({ keys: '/', label: 'Focus the filter', run: () => this.filterBox().nativeElement.select() });
    inject(Shortcuts).add({
      keys: 'f',
      label: 'Focus the filter expression',
      run: () => this.filterField().selectText(),
    });
  }

  /** Empties both fields, also of texts that are not applied. */
  clearTexts(): void {
    clearTimeout(this.typing);
    this.filterText.set('');
    this.filterField().clearText();
  }

  async chooseColumns(): Promise<void> {
    this.names.gatherNames();
    const [{ ColumnsDialog }, keys] = await Promise.all([import('./columns-dialog'), this.names.listTagKeys()]);
    const data = { chosen: this.columns(), tagKeys: keys };
    const dialog = this.dialog.open<unknown, unknown, readonly ColumnId[]>(ColumnsDialog, { data, width: '460px' });
    dialog.afterClosed().subscribe((columns) => {
      if (columns !== undefined) this.columnsChosen.emit(columns);
    });
  }

  protected type(text: string): void {
    this.filterText.set(text);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.changeQuery({ q: text.trim() }, true), TYPING_MS);
  }

  /** Makes the search text a filter, in addition to the current one. */
  protected takeOffer(filter: string): void {
    clearTimeout(this.typing);
    const before = this.query().filter;
    this.changeQuery({ q: '', filter: before === '' ? filter : `(${before}) AND (${filter})` });
    this.filterField().selectText();
  }

  protected applyFilter(filter: string): void {
    this.changeQuery({ filter }, true);
  }

  protected leaveField(box: HTMLInputElement): void {
    box.blur();
    this.left.emit();
  }

  protected toggleStatus(status: Status): void {
    const { statuses } = this.query();
    const next = statuses.includes(status) ? statuses.filter((other) => other !== status) : [...statuses, status];
    this.changeQuery({ statuses: next });
  }

  protected chooseTier(tier: string): void {
    this.changeQuery({ tier });
  }

  protected async addTarget(): Promise<void> {
    const added = await openAddTarget(this.dialog);
    if (added === undefined) return;
    if ('job' in added) this.jobStarted.emit(added.job.id);
    else this.added.emit();
  }

  private changeQuery(change: Partial<ListQuery>, replacesUrl = false): void {
    this.asked.emit({ change, replacesUrl });
  }
}
