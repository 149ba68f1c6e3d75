import { BASE32, stepAt, totpCode } from '../second-factor/totp';

/** Returns the code that an authenticator app shows for a secret in base32, `late` steps from now. */
export function appCode(secret: string, late = 0): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  return totpCode(key, stepAt(Date.now()) + late);
}
export { type StandInPerson, StandInIssuer, type StandInOptions } from './stand-in-issuer';
export { FORGER_CLIENT, ForgingIssuer } from './forging-issuer';
