import { computed, effect, inject, Injectable, type Signal, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { PageTrail, Shortcuts, Toasts } from '@icmp-mon/platform/ui-kit';
import type { SavedView } from '@icmp-mon/targets/contract';
import { changeParameters } from './change-parameters';
import { ListLayout } from './list-layout';
import { type ListQuery, WORST_FIRST } from './list-query';
import { viewParams, viewQuery } from './view-params';
import { ViewsClient } from './views.client';

/** The saved view of the target list that the URL names, and the dialog of all views. Provide it in the list's component. */
@Injectable()
export class ListViews {
  private readonly client = inject(ViewsClient);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly layout = inject(ListLayout);
  private readonly views = signal<readonly SavedView[]>([]);
  private query: Signal<ListQuery> = signal(WORST_FIRST);
  private readonly id = signal<string | undefined>(undefined);

  /** The view that was selected last; undefined if there is none. */
  readonly current = computed(() => this.views().find(({ id }) => id === this.id()));

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const name = this.current()?.name;
      untracked(() => trail.showCrumbs({ text: 'Targets' }, ...(name === undefined ? [] : [{ text: name }])));
    });
    inject(Shortcuts).add({ keys: 'v', label: 'Saved views', run: () => void this.openDialog() });
  }

  /** Sets the list's query. */
  attachQuery(query: Signal<ListQuery>): void {
    this.query = query;
  }

  /** Shows the view of the URL; if the URL has no other parameter of the list, the list becomes that view. */
  async showView(id: string | undefined, isOnly: boolean): Promise<void> {
    this.id.set(id);
    if (id === undefined || this.current() !== undefined) return;
    try {
      this.views.set(await this.client.listViews());
      const view = this.current();
      if (view === undefined) this.toasts.showFailure('The view of this link was deleted, or is not shared with you.');
      else if (isOnly) this.applyView(view, true);
    } catch (failure) {
      this.toasts.showRefusal('The view could not be loaded.', failure);
    }
  }

  async openDialog(): Promise<void> {
    const { ViewsDialog } = await import('./views-dialog');
    const data = { current: this.current()?.id, query: viewQuery(this.query(), this.layout.chosen()) };
    const dialog = this.dialog.open<unknown, unknown, SavedView>(ViewsDialog, { data, width: '520px' });
    dialog.afterClosed().subscribe((view) => {
      if (view === undefined) return;
      this.views.update((views) => [...views.filter(({ id }) => id !== view.id), view]);
      this.applyView(view, false);
    });
  }

  private applyView(view: SavedView, replaceUrl: boolean): void {
    changeParameters(this.router, { ...viewParams(view), row: null, panel: null }, replaceUrl);
  }
}
