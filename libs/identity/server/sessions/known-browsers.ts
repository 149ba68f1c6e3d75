import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

/** How long a browser is known after a login. */
export const KNOWN_BROWSER_S = 400 * 86_400;
const ISSUER = 'icmp-mon';
/** Another audience than that of sessions: neither token is taken for the other. */
const AUDIENCE = 'icmp-mon-known-browser';
const ALGORITHM = 'HS256';

/**
 * Tells browsers in which a user has logged in before from strangers, by a token in a cookie. It opens nothing; its wrong
 * passwords are counted apart, so that whoever guesses behind the same address does not keep the user out.
 * Source: OWASP, "Slow down online guessing attacks with device cookies".
 */
export class KnownBrowsers {
  private readonly secret: Uint8Array;

  constructor(secret: string) {
    this.secret = new TextEncoder().encode(secret);
  }

  /** A token for the browser in which `user` has just logged in. */
  sign(user: string): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(user.toLowerCase())
      .setJti(randomUUID())
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${KNOWN_BROWSER_S} s`)
      .sign(this.secret);
  }

  /** Which browser it is; null unless `user` has logged in there. */
  async recognise(token: string | null, user: string): Promise<string | null> {
    if (token === null) return null;
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        subject: user.toLowerCase(),
      });
      return payload.jti ?? null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
