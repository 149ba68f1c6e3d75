import type { Role } from '@icmp-mon/identity/contract';
import { SignedTokens } from './signed-tokens';

export const ACCESS_TOKEN_S = 15 * 60;
export const AUDIENCE = 'icmp-mon-api';

export interface AccessClaims {
  userId: string;
  name: string;
  sessionId: string;
  /** Expiry in Unix seconds. */
  expiresAtS: number;
}

/** Signs and verifies the short-lived tokens in a browser's session cookie. The role is read elsewhere: a changed role is effective immediately. */
export class AccessTokens {
  private readonly tokens: SignedTokens;

  /** @throws Error for a secret shorter than 32 bytes */
  constructor(secret: string) {
    this.tokens = new SignedTokens(secret, AUDIENCE);
  }

  /** `role` is only for api processes of 0.1 during a rolling upgrade, which refuse a token without it. To be removed in 0.3. */
  signAccessToken(
    { userId, name, role, sessionId }: Omit<AccessClaims, 'expiresAtS'> & { role: Role },
    expiresAtS: number,
  ): Promise<string> {
    return this.tokens.signClaims({ sub: userId, name, role, sid: sessionId }, expiresAtS);
  }

  /** Returns the claims of a valid token; null for one that is expired, forged or issued by another installation. */
  async verifyAccessToken(token: string): Promise<AccessClaims | null> {
    const { sub, name, sid, exp } = (await this.tokens.verifyToken(token)) ?? {};
    if (typeof sub !== 'string' || typeof name !== 'string' || typeof sid !== 'string') return null;
    return typeof exp === 'number' ? { userId: sub, name, sessionId: sid, expiresAtS: exp } : null;
  }
}
