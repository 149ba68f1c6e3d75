import { SecretBox } from '@icmp-mon/platform/secrets';
import type { SignInSecrets } from './issuer';

/** How long a person may stay at the issuer. */
export const PENDING_S = 10 * 60;

/** A sign-in that is under way at the issuer. */
export interface PendingSignIn extends SignInSecrets {
  returnUrl: string;
  /** Unix seconds. */
  expiresAtS: number;
}

/** Seals the state of a sign-in for a cookie of the browser in which it began: no other browser can finish it, and nothing is stored here. */
export class PendingSignIns {
  constructor(private readonly box: SecretBox) {}

  sealPending(secrets: SignInSecrets, returnUrl: string, nowMs: number): string {
    const pending: PendingSignIn = { ...secrets, returnUrl, expiresAtS: Math.floor(nowMs / 1_000) + PENDING_S };
    return this.box.sealText(JSON.stringify(pending), secrets.state).toString('base64url');
  }

  /** Returns the sign-in of `state`; null for a cookie of another sign-in, an expired one, or a forged one. */
  openPending(cookie: string, state: string, nowMs: number): PendingSignIn | null {
    const text = this.box.openText(Buffer.from(cookie, 'base64url'), state);
    if (text === null) return null;
    const pending = JSON.parse(text) as PendingSignIn;
    return pending.expiresAtS > nowMs / 1_000 ? pending : null;
  }
}
