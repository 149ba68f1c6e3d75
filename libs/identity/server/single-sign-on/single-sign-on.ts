import type { Issuer } from './issuer';
import type { IssuerUsers } from './issuer-users';
import { SignInRefused } from './sign-in-refused';
import type { SingleSignOnOptions } from './single-sign-on-options';

/** Single sign-on as configured. */
export interface ConfiguredSignOn {
  options: SingleSignOnOptions;
  issuer: Issuer;
  users: IssuerUsers;
}

/** Single sign-on, if the settings name an issuer. */
export class SingleSignOn {
  constructor(readonly configured: ConfiguredSignOn | null) {}

  /** @throws SignInRefused `off` without an issuer in the settings */
  requireConfigured(): ConfiguredSignOn {
    if (this.configured === null) throw new SignInRefused('off', 'single sign-on is not configured');
    return this.configured;
  }
}
