import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-1, 6 digits and 30 s: the only values that every authenticator app supports. */
const STEP_S = 30;
const DIGITS = 6;
/** Steps before and after the current one whose codes are accepted, for clocks that differ and codes that are typed slowly. */
const STEPS_AROUND = 1;
/** RFC 4226 recommends the length of the hash. */
const SECRET_BYTES = 20;
export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const CODE_PATTERN = /^\d{6}$/;

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** Returns base32 without padding (RFC 4648). */
export function base32Text(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

export const stepAt = (nowMs: number): number => Math.floor(nowMs / 1_000 / STEP_S);

/** Returns the code of a time step (RFC 6238, with the truncation of RFC 4226 section 5.3). */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = digest[digest.length - 1] & 0x0f;
  const number = (digest.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, '0');
}

/** Returns the time step whose code this is: the current one or a neighbour, and later than `lastStep`; null for every other code. */
export function matchingStep(secret: Uint8Array, code: string, nowMs: number, lastStep: number | null): number | null {
  if (!CODE_PATTERN.test(code)) return null;
  const current = stepAt(nowMs);
  let match: number | null = null;
  for (let step = current - STEPS_AROUND; step <= current + STEPS_AROUND; step += 1) {
    const isRight = timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code));
    if (isRight && (lastStep === null || step > lastStep)) match = step;
  }
  return match;
}

/** Returns the address that an authenticator app reads from the QR code (Key Uri Format of Google Authenticator). */
export function otpauthUri(secret: string, user: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_S}`;
}
