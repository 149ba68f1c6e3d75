import { DestroyRef, effect, inject, Injectable, linkedSignal, type Signal, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Shortcuts } from '@icmp-mon/platform/ui-kit';
import { changeParameters } from './change-parameters';
import { ListLayout } from './list-layout';
import { ListPlace } from './list-place';
import type { ListQuery } from './list-query';
import { ListScroll } from './list-scroll';
import type { RowWindow } from './row-window';
import { TargetRows } from './target-rows';

/** Delay before the panel follows the selected row, ms, so that rows passed by a held key are not read. */
const FOLLOW_MS = 150;

/**
 * The selected row of the target list, and the ways from it: the panel next to the list and the target's page. The URL has the row and
 * whether the panel is open, so that Back closes it. Provide it in the list's component.
 */
@Injectable()
export class ListNavigation {
  private readonly router = inject(Router);
  private readonly rows = inject(TargetRows);
  private readonly scroll = inject(ListScroll);
  private readonly layout = inject(ListLayout);
  private readonly place = inject(ListPlace);
  private inPanel: Signal<string | null> = signal(null);
  private following: ReturnType<typeof setTimeout> | undefined;

  /**
   * Index of the selected row; -1 before the first key or click. When the list is read again, it follows its target, and is -1 if that is
   * no longer among the rows.
   */
  readonly active = linkedSignal<RowWindow, number>({
    source: this.rows.lastRead,
    computation: (after, before) => (before === undefined ? -1 : placeAfter(after, before.source, before.value)),
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.following));
    inject(Shortcuts).add(
      { keys: 'j', label: 'Next row', run: () => this.moveTo(this.active() + 1) },
      { keys: 'k', label: 'Previous row', run: () => this.moveTo(this.active() - 1) },
      { keys: 'Home', label: 'First row', run: () => this.moveTo(0) },
      { keys: 'End', label: 'Last row', run: () => this.moveTo(this.rows.length() - 1) },
      { keys: 'o', label: 'Show the row next to the list', run: () => this.openRow(this.shownActive(), false) },
      { keys: 'Enter', label: "Open the row's page", run: () => this.openSelected() },
    );
  }

  /** Sets the list's query, whose change ends the selection, and the target in the panel. Call it in an injection context. */
  attachQuery(query: Signal<ListQuery>, inPanel: Signal<string | null>): void {
    this.inPanel = inPanel;
    effect(() => {
      query();
      untracked(() => this.active.set(-1));
    });
  }

  /** Returns the index of the row that the Tab key reaches. */
  shownActive(): number {
    return Math.max(0, this.active());
  }

  /** Shows a row in the panel; without space for it, a click on the address opens the target's page. */
  openRow(index: number, onLink: boolean): void {
    const row = this.rows.rowAt(index);
    if (row === undefined) return;
    this.active.set(index);
    if (this.layout.hasPanel()) this.showInPanel(row.id, this.inPanel() !== null);
    else if (onLink) this.openPage(index);
  }

  /** Opens a target's page. */
  openPage(index: number): void {
    const row = this.rows.rowAt(index);
    if (row === undefined) return;
    this.rememberPlace(index);
    void this.router.navigate(['/targets', row.id]);
  }

  /** Opens the page of the selected row's target; without one, of the target in the panel. */
  private openSelected(): void {
    const id = this.inPanel();
    if (this.active() < 0 && id !== null) void this.router.navigate(['/targets', id]);
    else this.openPage(this.shownActive());
  }

  closePanel(): void {
    clearTimeout(this.following);
    if (this.inPanel() === null) return;
    this.changeParams({ panel: null, row: null, range: null, from: null, to: null }, false);
    this.scroll.focus(this.shownActive());
  }

  moveTo(index: number): void {
    const last = this.rows.length() - 1;
    if (last < 0) return;
    const next = Math.max(0, Math.min(last, index));
    this.active.set(next);
    this.scroll.reveal(next);
    clearTimeout(this.following);
    if (this.inPanel() !== null) this.following = setTimeout(() => this.followRow(), FOLLOW_MS);
  }

  /** Stores the position in the list before a target's page replaces it. */
  rememberPlace(index: number): void {
    const row = this.rows.rowAt(index);
    // Without a selected row, the URL has the target in the panel already.
    if (row === undefined || (this.active() < 0 && this.inPanel() !== null)) return;
    const tree = this.router.parseUrl(this.router.url);
    tree.queryParams = { ...tree.queryParams, row: row.id };
    const url = tree.toString();
    this.place.rememberPlace(url, row.id, this.scroll.offsetOf(index));
    // The list's entry in the browser history leads back to the row, even after a reload.
    history.replaceState(history.state, '', url);
  }

  /** Shows the selected row in the open panel, once it is loaded. */
  private followRow(): void {
    const row = this.rows.rowAt(this.shownActive());
    if (row === undefined) this.following = setTimeout(() => this.followRow(), FOLLOW_MS);
    else if (this.inPanel() !== null) this.showInPanel(row.id, true);
  }

  private showInPanel(row: string, replaceUrl: boolean): void {
    if (row !== this.inPanel()) this.changeParams({ row, panel: 'open' }, replaceUrl);
  }

  private changeParams(queryParams: Readonly<Record<string, string | null>>, replaceUrl: boolean): void {
    changeParameters(this.router, queryParams, replaceUrl);
  }
}

/** Returns the index of a row after the list was read again. */
function placeAfter(after: RowWindow, before: RowWindow, index: number): number {
  const row = before.rowAt(index);
  return row === undefined ? Math.min(index, after.length - 1) : (after.indexOf(row.id) ?? -1);
}
