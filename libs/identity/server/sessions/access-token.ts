import { type Role, ROLES } from '@icmp-mon/identity/contract';
import { errors, jwtVerify, SignJWT } from 'jose';

export const ACCESS_TOKEN_S = 15 * 60;
const ISSUER = 'icmp-mon';
const AUDIENCE = 'icmp-mon-api';
const ALGORITHM = 'HS256';
const SECRET_BYTES_MIN = 32;

export interface AccessClaims {
  userId: string;
  name: string;
  role: Role;
  sessionId: string;
  /** Unix seconds. */
  expiresAtS: number;
}

/** Signs and checks the short tokens that a browser carries in its session cookie. */
export class AccessTokens {
  private readonly secret: Uint8Array;

  /** @throws Error for a secret shorter than 32 bytes */
  constructor(secret: string) {
    this.secret = new TextEncoder().encode(secret);
    if (this.secret.length < SECRET_BYTES_MIN)
      throw new Error(`jwtSecret must have at least ${SECRET_BYTES_MIN} bytes.`);
  }

  sign(claims: Omit<AccessClaims, 'expiresAtS'>, expiresAtS: number): Promise<string> {
    return new SignJWT({ name: claims.name, role: claims.role, sid: claims.sessionId })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(claims.userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(expiresAtS)
      .sign(this.secret);
  }

  /** The claims of a valid token; null for one that is expired, forged or not ours. */
  async verify(token: string): Promise<AccessClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
      });
      const { sub, name, role, sid, exp } = payload;
      const known = ROLES.find((candidate) => candidate === role);
      if (typeof sub !== 'string' || typeof name !== 'string' || typeof sid !== 'string') return null;
      if (known === undefined || typeof exp !== 'number') return null;
      return { userId: sub, name, role: known, sessionId: sid, expiresAtS: exp };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
