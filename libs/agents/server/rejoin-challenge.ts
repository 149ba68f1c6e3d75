import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a challenge may be answered. */
export const CHALLENGE_VALID_MS = 60_000;
/** Gateways' estimates of the database's clock may differ by this much. */
export const CLOCK_DIFFERENCE_MS_MAX = 10_000;
const RANDOM_BYTES = 16;
const NONCE = /^([0-9a-z]{1,11})\.([\w-]{22})\.([\w-]{43})$/;

/**
 * Nonces for agents that return by their key. They need no storage and are good at every gateway of the installation: the time
 * is inside, and a MAC under a secret that all gateways share. An answer raises the agent's floor to the nonce's time, so
 * none is good twice.
 */
export class RejoinChallenges {
  constructor(private readonly secret: Buffer) {}

  make(nowMs: number): string {
    const text = `${Math.round(nowMs).toString(36)}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
    return `${text}.${this.mac(text).toString('base64url')}`;
  }

  /** When a nonce was made, ms since 1970; null if it is not ours or too old. */
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
