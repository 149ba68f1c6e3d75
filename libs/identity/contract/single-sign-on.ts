/** How a user signs in: with a password of this product, or at the issuer of single sign-on. */
export type SignInWay = 'password' | 'single-sign-on';

/** Response of `GET /api/v1/auth/options`. */
export interface SignInOptions {
  /** Null: not configured. */
  singleSignOn: { label: string; url: string } | null;
}

/**
 * Why a sign-in at the issuer led to no login: parameter `sso` of the sign-in page.
 * `off`: not configured. `unavailable`: the issuer does not answer. `cancelled`: at the issuer. `expired`: too late, in another browser, or used.
 * `rejected`: the issuer's answer is not valid. `no-role`: no group of the person has a role. `disabled`: the user is disabled here. `removed`: it was
 * removed here during the sign-in. `full`: the limit of users. `busy`: too many refused sign-ins.
 */
export type SignInFault =
  'off' | 'unavailable' | 'cancelled' | 'expired' | 'rejected' | 'no-role' | 'disabled' | 'removed' | 'full' | 'busy';

/** Response 200 of `POST /api/v1/auth/logout`: where the browser ends its session at the issuer, too. */
export interface LoggedOut {
  continueAt: string;
}
