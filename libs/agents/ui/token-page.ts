import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { SettingsNav } from '@icmp-mon/identity/ui';
import { Icon, PageTrail } from '@icmp-mon/platform/ui-kit';
import { EnrolmentTokens } from './enrolment-tokens';

/** Page `/settings/tokens`: the enrolment tokens of agents. */
@Component({
  selector: 'icm-token-page',
  imports: [EnrolmentTokens, Icon, RouterLink, SettingsNav],
  template: `
    <div class="page">
      <header class="page-head">
        <h1>Enrolment tokens</h1>
        <icm-settings-nav />
        <span class="spread"></span>
        <a class="button button-primary" routerLink="/agents" [queryParams]="{ join: 'new' }" data-testid="new-token">
          <icm-icon name="plus" /> Add an agent
        </a>
      </header>
      <icm-enrolment-tokens />
    </div>
  `,
})
export class TokenPage {
  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Tokens' });
  }
}
