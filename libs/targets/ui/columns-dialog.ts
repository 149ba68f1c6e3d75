import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { type ColumnId, DEFAULT_COLUMNS, FIELDS, listColumns, readColumns, TAG_COLUMNS_MAX } from './list-columns';

/** Columns of the list, and keys of tags that can become columns. */
export interface ColumnChoice {
  chosen: readonly ColumnId[];
  tagKeys: readonly string[];
}

/** Dialog that chooses the columns of the list; closes with the chosen ones. */
@Component({
  selector: 'icm-columns-dialog',
  imports: [MatDialogModule],
  templateUrl: './columns-dialog.html',
  styleUrl: './columns-dialog.scss',
})
export class ColumnsDialog {
  private readonly dialog = inject<MatDialogRef<ColumnsDialog, readonly ColumnId[]>>(MatDialogRef);
  private readonly choice = inject<ColumnChoice>(MAT_DIALOG_DATA);

  protected readonly chosen = signal<readonly ColumnId[]>(this.choice.chosen);
  protected readonly fields = listColumns(FIELDS).filter(({ id }) => id !== 'status' && id !== 'ip');
  /** Keys of known tags, and of chosen columns that no target has. */
  protected readonly tagKeys = [
    ...new Set([...this.choice.tagKeys, ...listColumns(this.choice.chosen).flatMap(({ tagKey }) => tagKey ?? [])]),
  ].sort();
  protected readonly tagsMax = TAG_COLUMNS_MAX;
  protected readonly isFull = computed(
    () => this.chosen().filter((id) => id.startsWith('tag:')).length >= TAG_COLUMNS_MAX,
  );

  protected has(id: string): boolean {
    return this.chosen().some((each) => each === id);
  }

  protected toggleColumn(id: string): void {
    const next = this.has(id) ? this.chosen().filter((each) => each !== id) : [...this.chosen(), id];
    this.chosen.set(readColumns(next.join(',')) ?? []);
  }

  protected reset(): void {
    this.chosen.set(DEFAULT_COLUMNS);
  }

  protected applyColumns(event: Event): void {
    event.preventDefault();
    this.dialog.close(this.chosen());
  }
}
