import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LoginAttempts } from '../sessions/login-attempts';
import { Sessions } from '../sessions/sessions';
import { USER } from './user';
import { requireGoodPassword } from './new-password';
import { hashPassword, passwordMatches } from './password';

/** Changes the caller's own password, and ends the user's other logins and links; `sessionId` is the login that continues. */
export class ChangePassword extends Command<void> {
  constructor(
    readonly user: { userId: string; sessionId: string },
    readonly passwords: { current: string; next: string },
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

const wrong = (): DomainError =>
  new DomainError('invalid', 'The current password is wrong.', [{ pointer: '#/currentPassword', detail: 'is wrong' }]);

@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly attempts: LoginAttempts,
    private readonly sessions: Sessions,
  ) {}

  async execute({ user, passwords, addressGroup, metadata }: ChangePassword): Promise<void> {
    const { userId, sessionId } = user;
    const [row] = await this.database.query<{ name: string; password_hash: string }>(
      'SELECT name, password_hash FROM user_account WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL',
      [userId],
    );
    if (row === undefined) throw new DomainError('not_found', 'The account no longer exists.');
    const source = { address: addressGroup, known: sessionId };
    const isRight = await this.attempts.attemptLogin(row.name, source, () =>
      passwordMatches(passwords.current, row.password_hash, sessionId),
    );
    if (!isRight) throw wrong();
    requireGoodPassword(passwords.next, row.name, '#/newPassword');
    const passwordHash = await hashPassword(passwords.next);
    await this.store.execute(USER, userId, () => [{ type: 'PasswordChanged', data: { userId } }], {
      metadata,
      within: async (sql) => {
        // Of two concurrent changes, only the one whose current password still matches wins.
        const changed = await sql.execute(
          `UPDATE user_account SET password_hash = $3, password_changed_at = now() WHERE id = $1 AND password_hash = $2`,
          [userId, row.password_hash, passwordHash],
        );
        if (changed === 0) throw wrong();
        await sql.execute('DELETE FROM password_link WHERE user_id = $1', [userId]);
        await this.sessions.endAllWithin(sql, userId, sessionId);
      },
    });
    this.sessions.forgetEnded();
  }
}
