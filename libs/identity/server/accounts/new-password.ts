import { randomBytes } from 'node:crypto';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';

const DIFFERENT_MIN = 5;
const GENERATED_BYTES = 18;

/** Throws for a weak password. @throws DomainError `invalid` at `pointer` */
export function requireGoodPassword(password: string, userName: string, pointer: string): void {
  const fault = faultOf(password, userName);
  if (fault !== null) throw new DomainError('invalid', `The new password ${fault}.`, [{ pointer, detail: fault }]);
}

function faultOf(password: string, userName: string): string | null {
  if (password.length < PASSWORD_LENGTH_MIN) return `must have at least ${PASSWORD_LENGTH_MIN} characters`;
  if (password.length > PASSWORD_LENGTH_MAX) return `must have at most ${PASSWORD_LENGTH_MAX} characters`;
  if (new Set(password).size < DIFFERENT_MIN) return `must have at least ${DIFFERENT_MIN} different characters`;
  if (password.toLowerCase().includes(userName.toLowerCase())) return 'must not contain the user name';
  return null;
}

/** Generates a random password. */
export const generatePassword = (): string => randomBytes(GENERATED_BYTES).toString('base64url');
