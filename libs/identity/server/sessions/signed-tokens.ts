import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

const ISSUER = 'icmp-mon';
const ALGORITHM = 'HS256';
const SECRET_BYTES_MIN = 32;

/** Signs and verifies JSON Web Tokens (RFC 7519) for one audience with HMAC-SHA-256. A token for another audience is not valid. */
export class SignedTokens {
  private readonly secret: Uint8Array;

  /** @throws Error for a secret shorter than 32 bytes */
  constructor(
    secret: string,
    private readonly audience: string,
  ) {
    this.secret = new TextEncoder().encode(secret);
    if (this.secret.length < SECRET_BYTES_MIN)
      throw new Error(`jwtSecret must have at least ${SECRET_BYTES_MIN} bytes.`);
  }

  /** Signs claims that expire at `expiresAtS` (Unix seconds). */
  signClaims(claims: JWTPayload, expiresAtS: number): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(this.audience)
      .setIssuedAt()
      .setExpirationTime(expiresAtS)
      .sign(this.secret);
  }

  /** Returns the claims of a valid token; null for one that is expired, forged or for another audience. */
  async verifyToken(token: string): Promise<JWTPayload | null> {
    try {
      const { audience } = this;
      const { payload } = await jwtVerify(token, this.secret, { algorithms: [ALGORITHM], issuer: ISSUER, audience });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
