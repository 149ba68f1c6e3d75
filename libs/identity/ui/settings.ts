import { Component, inject } from '@angular/core';
import { PageTrail } from '@icmp-mon/platform/ui-kit';
import { OwnLogins } from './own-logins';
import { PasswordForm } from './password-form';
import { SecondFactor } from './second-factor';
import { Session } from './session';
import { SettingsNav } from './settings-nav';

/** Page `/settings`: the user's own account. */
@Component({
  selector: 'icm-settings',
  imports: [OwnLogins, PasswordForm, SecondFactor, SettingsNav],
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
        @if (factor.hasPassword()) {
          <icm-password-form (changed)="logins.reloadLogins()" />
        } @else {
          <p class="quiet note">You sign in by single sign-on, and have no password here.</p>
        }
      </section>
      <section class="card" aria-labelledby="second-factor-heading">
        <icm-second-factor #factor (changed)="logins.reloadLogins()" />
      </section>
      <section class="card" aria-labelledby="logins-heading">
        <icm-own-logins #logins />
      </section>
    </div>
  `,
  styles: `
    .note {
      padding: 10px var(--icm-space-4);
    }
  `,
})
export class Settings {
  protected readonly session = inject(Session);

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings' }, { text: 'Account' });
  }
}
