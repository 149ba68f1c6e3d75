import { Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Failure, keepLast, Toasts } from '@icmp-mon/platform/ui-kit';
import type { BulkJobView, ImportOutcome } from '@icmp-mon/targets/contract';
import { ImportClient } from './import.client';
import { outcomeCounts, refusedAsCsv, shownChange } from './import-text';

/** Time after which a browser has begun its download, ms. */
const DOWNLOAD_MS = 60_000;

/** Results of the lines of an import that has ended, by outcome and page by page; refused ones can be downloaded. */
@Component({
  selector: 'icm-import-lines',
  imports: [Failure, RouterLink],
  templateUrl: './import-lines.html',
  styleUrl: './import-lines.scss',
})
export class ImportLines {
  private readonly client = inject(ImportClient);
  private readonly toasts = inject(Toasts);

  readonly job = input.required<BulkJobView>();

  protected readonly counts = computed(() => outcomeCounts(this.job()));
  protected readonly outcome = linkedSignal<ImportOutcome>(
    () => this.counts().find(({ count }) => count > 0)?.outcome ?? 'unchanged',
  );
  /** Cursors of the pages up to the one that is shown. */
  protected readonly cursors = linkedSignal<unknown, (string | null)[]>({
    source: () => [this.job().id, this.outcome()],
    computation: () => [null],
  });
  protected readonly read = this.client.listLines(() => ({
    jobId: this.job().id,
    outcome: this.outcome(),
    cursor: this.cursors().at(-1) ?? null,
  }));
  protected readonly kept = keepLast(this.read, this.outcome);
  protected readonly rows = computed(() =>
    this.kept.value()?.items.map((line) => ({ ...line, changes: line.changes.map(shownChange) })),
  );
  protected readonly next = computed(() => this.kept.value()?.next ?? null);
  protected readonly isDownloading = signal(false);

  protected showNext(): void {
    const next = this.next();
    if (next !== null && !this.kept.isLoading()) this.cursors.update((cursors) => [...cursors, next]);
  }

  protected showPrevious(): void {
    this.cursors.update((cursors) => cursors.slice(0, -1));
  }

  protected async downloadRefused(): Promise<void> {
    this.isDownloading.set(true);
    try {
      const lines = await this.client.readRefused(this.job().id);
      const url = URL.createObjectURL(new Blob([refusedAsCsv(lines)], { type: 'text/csv' }));
      Object.assign(document.createElement('a'), { href: url, download: 'refused-lines.csv' }).click();
      setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS);
    } catch (failure) {
      this.toasts.showRefusal('The refused lines were not downloaded.', failure);
    } finally {
      this.isDownloading.set(false);
    }
  }
}
