import { Component } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';

/** Links between the pages of Settings. */
@Component({
  selector: 'icm-settings-nav',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav class="segments" aria-label="Settings">
      @for (page of pages; track page.path) {
        <a
          class="button"
          [routerLink]="page.path"
          routerLinkActive
          #active="routerLinkActive"
          ariaCurrentWhenActive="page"
          [routerLinkActiveOptions]="{ exact: page.exact }"
          [class.here]="active.isActive"
          [attr.data-testid]="'settings-' + page.testId"
          >{{ page.text }}</a
        >
      }
    </nav>
  `,
  styles: `
    .here {
      background: var(--icm-selected);
      border-color: var(--icm-accent);
      z-index: 1;
    }
  `,
})
export class SettingsNav {
  protected readonly pages = [
    { path: '/settings', text: 'Account', exact: true, testId: 'account' },
    { path: '/settings/tiers', text: 'Tiers', exact: false, testId: 'tiers' },
  ];
}
