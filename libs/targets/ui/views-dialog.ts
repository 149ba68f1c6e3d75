import { Component, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { Session } from '@icmp-mon/identity/ui';
import { Icon, SentRequest } from '@icmp-mon/platform/ui-kit';
import { type SavedView, type SavedViewQuery, VIEW_NAME_LENGTH_MAX } from '@icmp-mon/targets/contract';
import { ViewsClient } from './views.client';

interface Shown {
  /** Id of the selected view. */
  current: string | undefined;
  /** The list as it is shown. */
  query: SavedViewQuery;
}

/** Dialog of the saved views: selects one, saves the shown list as a new one, replaces or deletes own ones. Closes with the view to show. */
@Component({
  selector: 'icm-views-dialog',
  imports: [Icon, MatDialogModule],
  templateUrl: './views-dialog.html',
  styleUrl: './views-dialog.scss',
})
export class ViewsDialog {
  private readonly client = inject(ViewsClient);
  private readonly dialog = inject<MatDialogRef<ViewsDialog, SavedView>>(MatDialogRef);
  protected readonly shown = inject<Shown>(MAT_DIALOG_DATA);
  protected readonly mayShare = inject(Session).may('targets:write');

  /** Null until they are read. */
  protected readonly views = signal<readonly SavedView[] | null>(null);
  private readonly sent = new SentRequest();
  protected readonly problem = this.sent.problem;
  protected readonly isBusy = this.sent.isBusy;
  protected readonly name = signal('');
  protected readonly nameMax = VIEW_NAME_LENGTH_MAX;
  protected readonly isShared = signal(false);

  constructor() {
    void this.readViews();
  }

  protected async readViews(): Promise<void> {
    await this.sent.sendRequest(async () => this.views.set(await this.client.listViews()));
  }

  protected openView(view: SavedView): void {
    this.dialog.close(view);
  }

  protected async saveView(event: Event): Promise<void> {
    event.preventDefault();
    const request = { name: this.name().trim(), query: this.shown.query, isShared: this.isShared() };
    if (request.name === '') return;
    await this.sent.sendRequest(async () => this.dialog.close(await this.client.saveView(request)));
  }

  protected async replace(view: SavedView): Promise<void> {
    const { name, isShared } = view;
    const request = { name, isShared, query: this.shown.query };
    await this.sent.sendRequest(async () => this.dialog.close(await this.client.replaceView(view, request)));
  }

  protected async delete(view: SavedView): Promise<void> {
    await this.sent.sendRequest(async () => {
      await this.client.deleteView(view);
      this.views.update((views) => views?.filter(({ id }) => id !== view.id) ?? null);
    });
  }
}
