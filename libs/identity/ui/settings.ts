import { Component, computed, inject } from '@angular/core';
import { PageTrail } from '@icmp-mon/platform/ui-kit';
import { ApiKeys } from './api-keys';
import { OwnLogins } from './own-logins';
import { PasswordForm } from './password-form';
import { Session } from './session';
import { SettingsNav } from './settings-nav';

/** Page `/settings`: the user's own account, and the API keys for administrators. */
@Component({
  selector: 'icm-settings',
  imports: [ApiKeys, OwnLogins, PasswordForm, SettingsNav],
  template: `
    <div class="page">
      <header class="page-head">
        <h1>Account</h1>
        <icm-settings-nav />
      </header>
      <section class="card" aria-labelledby="account-heading">
        <div class="card-head">
          <h2 id="account-heading">Account</h2>
          <span class="quiet">{{ session.current()?.user }} · {{ session.current()?.role }}</span>
        </div>
        <icm-password-form (changed)="logins.reloadLogins()" />
      </section>
      <section class="card" aria-labelledby="logins-heading">
        <icm-own-logins #logins />
      </section>
      @if (mayManage()) {
        <section class="card" aria-labelledby="keys-heading">
          <icm-api-keys />
        </section>
      }
    </div>
  `,
})
export class Settings {
  protected readonly session = inject(Session);
  protected readonly mayManage = computed(() => this.session.may('access:manage'));

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings' });
  }
}
