import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Session } from './session';
import { SETTINGS_PAGES } from './settings-pages';

/** Links between the pages of Settings that the user may open. */
@Component({
  selector: 'icm-settings-nav',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav class="segments" aria-label="Settings">
      @for (page of pages(); track page.path) {
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
  private readonly session = inject(Session);
  protected readonly pages = computed(() =>
    SETTINGS_PAGES.filter(({ needs }) => needs === null || this.session.may(needs)),
  );
}
