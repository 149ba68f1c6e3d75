import { Component } from '@angular/core';

/** The shape of maintenance: a square whose left half is filled. Its text is next to it. */
@Component({
  selector: 'icm-maintenance-glyph',
  template: `
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      <rect x="1.5" y="1.5" width="9" height="9" fill="none" stroke="currentColor" stroke-width="1.5" />
      <rect x="1.5" y="1.5" width="4.5" height="9" fill="currentColor" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      color: var(--icm-maintenance);
    }
  `,
})
export class MaintenanceGlyph {}
