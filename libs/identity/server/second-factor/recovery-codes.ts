import { createHash, randomBytes } from 'node:crypto';
import { base32Text } from './totp';

const RECOVERY_CODES = 10;
const CODE_BYTES = 10;
const PATTERN = /^[A-Z2-7]{16}$/;

/** Returns ten codes of 80 random bits, in groups of four characters. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const groups = base32Text(randomBytes(CODE_BYTES)).match(/.{4}/g) ?? [];
    return groups.join('-');
  });

/** Returns the hash of a recovery code as a person types it; null for a text that is none. It has 80 random bits, so a plain hash suffices. */
export function hashOfRecoveryCode(typed: string): Buffer | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '');
  return PATTERN.test(code) ? createHash('sha256').update(code).digest() : null;
}
