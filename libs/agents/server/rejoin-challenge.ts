import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Validity of a challenge. */
export const CHALLENGE_VALID_MS = 60_000;
/** Maximum difference between the gateways' estimates of the database's clock. */
export const CLOCK_DIFFERENCE_MS_MAX = 10_000;
const RANDOM_BYTES = 16;
const NONCE = /^([0-9a-z]{1,11})\.([\w-]{22})\.([\w-]{43})$/;

/**
 * Makes and checks nonces for agents that rejoin with their key. They need no storage and are valid at every gateway of the installation: a
 * nonce contains its time and a MAC with a secret that all gateways share. A successful rejoin raises the agent's floor to the nonce's
 * time, so each nonce works once.
 */
export class RejoinChallenges {
  constructor(private readonly secret: Buffer) {}

  makeChallenge(nowMs: number): string {
    const text = `${Math.round(nowMs).toString(36)}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
    return `${text}.${this.mac(text).toString('base64url')}`;
  }

  /** Returns when a nonce was made, in ms since 1970; null if its MAC is wrong or it is too old. */
  madeAtMs(nonce: string, nowMs: number): number | null {
    const match = NONCE.exec(nonce);
    if (match === null) return null;
    const [, time, random, mac] = match;
    const given = Buffer.from(mac, 'base64url');
    const own = this.mac(`${time}.${random}`);
    if (given.length !== own.length || !timingSafeEqual(given, own)) return null;
    const madeAtMs = Number.parseInt(time, 36);
    const ageMs = nowMs - madeAtMs;
    return ageMs > CHALLENGE_VALID_MS || ageMs < -CLOCK_DIFFERENCE_MS_MAX ? null : madeAtMs;
  }

  private mac(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }
}
