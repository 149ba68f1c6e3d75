import { type Role, ROLES } from '@icmp-mon/identity/contract';
import { SignedTokens } from './signed-tokens';

export const ACCESS_TOKEN_S = 15 * 60;
const AUDIENCE = 'icmp-mon-api';

export interface AccessClaims {
  userId: string;
  name: string;
  role: Role;
  sessionId: string;
  /** Expiry in Unix seconds. */
  expiresAtS: number;
}

/** Signs and verifies the short-lived tokens in a browser's session cookie. */
export class AccessTokens {
  private readonly tokens: SignedTokens;

  /** @throws Error for a secret shorter than 32 bytes */
  constructor(secret: string) {
    this.tokens = new SignedTokens(secret, AUDIENCE);
  }

  signAccessToken(
    { userId, name, role, sessionId }: Omit<AccessClaims, 'expiresAtS'>,
    expiresAtS: number,
  ): Promise<string> {
    return this.tokens.signClaims({ sub: userId, name, role, sid: sessionId }, expiresAtS);
  }

  /** Returns the claims of a valid token; null for one that is expired, forged or issued by another installation. */
  async verifyAccessToken(token: string): Promise<AccessClaims | null> {
    const { sub, name, role, sid, exp } = (await this.tokens.verifyToken(token)) ?? {};
    const known = ROLES.find((candidate) => candidate === role);
    if (typeof sub !== 'string' || typeof name !== 'string' || typeof sid !== 'string') return null;
    if (known === undefined || typeof exp !== 'number') return null;
    return { userId: sub, name, role: known, sessionId: sid, expiresAtS: exp };
  }
}
