import { Component, inject } from '@angular/core';
import { MatDialogModule } from '@angular/material/dialog';
import { Shortcuts } from '@icmp-mon/platform/ui-kit';

/** The `?` dialog: all keyboard shortcuts of the current page. */
@Component({
  selector: 'icm-help-sheet',
  imports: [MatDialogModule],
  template: `
    <h2 mat-dialog-title>Keyboard shortcuts</h2>
    <mat-dialog-content>
      <dl>
        @for (shortcut of shortcuts.all(); track shortcut) {
          <dt>
            @for (key of shortcut.keys.split(' '); track $index) {
              <kbd>{{ key }}</kbd>
            }
          </dt>
          <dd>{{ shortcut.label }}</dd>
        }
      </dl>
      <p class="quiet">API reference: <a href="/api/docs" target="_blank" rel="noopener">/api/docs</a></p>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button type="button" class="button" [mat-dialog-close]="undefined">Close</button>
    </mat-dialog-actions>
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 8px 16px;
      margin: 0 0 16px;
      color: var(--icm-text);
    }
    dt {
      display: flex;
      align-items: flex-start;
      gap: 4px;
    }
    dd {
      margin: 0;
    }
  `,
})
export class HelpSheet {
  protected readonly shortcuts = inject(Shortcuts);
}
