import { Component, inject } from '@angular/core';
import { CountPipe } from '@icmp-mon/platform/ui-kit';
import { ListBulk } from './list-bulk';
import { ListSelection } from './list-selection';
import { TargetRows } from './target-rows';

/** Number of selected targets, and what can be done with them. */
@Component({
  selector: 'icm-selection-bar',
  imports: [CountPipe],
  template: `
    <span role="status" data-testid="selected">
      @if (selection.isAll()) {
        All {{ bulk.count() | count }} that match are selected
      } @else {
        {{ bulk.count() | count }} selected
      }
    </span>
    @if (!selection.isAll() && bulk.canSelectAll() && rows.length() > bulk.count()) {
      <button type="button" class="button pill" data-testid="select-all" title="(A)" (click)="bulk.selectAll()">
        Select all {{ rows.length() | count }}
      </button>
    }
    <button type="button" class="button pill" data-testid="bulk-open" title="(b)" (click)="bulk.openDialog()">
      Change or remove …
    </button>
    <button type="button" class="button pill" data-testid="deselect" (click)="selection.clear()">Deselect</button>
  `,
  styles: `
    :host {
      display: flex;
      flex: none;
      align-items: center;
      gap: 8px;
    }

    .pill {
      min-height: 26px;
      border-radius: 13px;
    }
  `,
})
export class SelectionBar {
  protected readonly bulk = inject(ListBulk);
  protected readonly selection = inject(ListSelection);
  protected readonly rows = inject(TargetRows);
}
