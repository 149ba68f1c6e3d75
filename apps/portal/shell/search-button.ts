import { Component, output } from '@angular/core';
import { Icon } from '@icmp-mon/platform/ui-kit';

/** Button of the top bar that opens the palette, with its shortcut. */
@Component({
  selector: 'icm-search-button',
  imports: [Icon],
  template: `
    <button
      type="button"
      class="button"
      aria-keyshortcuts="Control+K"
      data-testid="open-palette"
      (click)="pressed.emit()"
    >
      <icm-icon name="search" /> <span>Search</span> <kbd>Ctrl+K</kbd>
    </button>
  `,
  styles: `
    button {
      position: relative;
      min-height: 30px;
      padding: 0 8px;
      border-color: var(--icm-line);
      color: var(--icm-text-quiet);
      font-weight: 400;
    }
    @media (max-width: 640px) {
      button {
        border-color: transparent;
      }
      kbd {
        display: none;
      }
      span {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
  `,
})
export class SearchButton {
  readonly pressed = output();
}
