import { randomUUID } from 'node:crypto';
import { SignedTokens } from './signed-tokens';

/** How long a browser counts as known after a login. */
export const KNOWN_BROWSER_S = 400 * 86_400;
const AUDIENCE = 'icmp-mon-known-browser';

/**
 * Recognises browsers in which a user has logged in before, by a token in a cookie. The token grants no access. Wrong passwords from
 * such a browser are counted separately, so an attacker behind the same address cannot lock the user out.
 * Source: OWASP, "Slow down online guessing attacks with device cookies".
 */
export class KnownBrowsers {
  private readonly tokens: SignedTokens;

  constructor(secret: string) {
    this.tokens = new SignedTokens(secret, AUDIENCE);
  }

  /** Signs a token for the browser in which `user` has just logged in. */
  signBrowser(user: string): Promise<string> {
    const expiresAtS = Math.floor(Date.now() / 1_000) + KNOWN_BROWSER_S;
    return this.tokens.signClaims({ sub: user.toLowerCase(), jti: randomUUID() }, expiresAtS);
  }

  /** Returns the id of the browser; null unless `user` has logged in there before. */
  async recogniseBrowser(token: string | null, user: string): Promise<string | null> {
    const claims = token === null ? null : await this.tokens.verifyToken(token);
    return claims?.sub === user.toLowerCase() ? (claims.jti ?? null) : null;
  }
}
