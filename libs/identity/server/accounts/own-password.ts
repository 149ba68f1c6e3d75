import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { LoginAttempts } from '../sessions/login-attempts';
import { passwordMatches } from './password';

/** A user in one of the user's logins. */
export interface OwnUser {
  userId: string;
  sessionId: string;
}

interface OwnAccount {
  name: string;
  passwordHash: string;
}

/** Verifies the password of a signed-in user again, before a change of the user's own account. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly database: ControlDatabase,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * Returns the account whose password this is. `pointer` is the field of the request that has the password.
   * @throws DomainError `invalid` for a wrong password; `not_found`; `conflict` for a user without a password
   */
  async requirePassword(user: OwnUser, password: string, addressGroup: string, pointer: string): Promise<OwnAccount> {
    const [account] = await this.database.query<{ name: string; passwordHash: string | null }>(
      'SELECT name, password_hash AS "passwordHash" FROM user_account WHERE id = $1 AND disabled_at IS NULL',
      [user.userId],
    );
    if (account === undefined) throw new DomainError('not_found', 'The account no longer exists.');
    const { name, passwordHash } = account;
    if (passwordHash === null) {
      throw new DomainError('conflict', 'You have no password here: you sign in by single sign-on.');
    }
    const source = { address: addressGroup, known: user.sessionId };
    const right = await this.attempts.attemptLogin(name, source, async () =>
      (await passwordMatches(password, passwordHash, user.sessionId)) ? { name, passwordHash } : null,
    );
    if (right === null) throw wrongOwnPassword(pointer);
    return right;
  }
}

export const wrongOwnPassword = (pointer: string): DomainError =>
  new DomainError('invalid', 'The current password is wrong.', [{ pointer, detail: 'is wrong' }]);
