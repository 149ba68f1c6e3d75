import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { USER } from './user';
import { requireGoodPassword } from './new-password';
import { type OwnUser, OwnPassword, wrongOwnPassword } from './own-password';
import { hashPassword } from './password';

/** Changes the caller's own password, and ends the user's other logins and links; `sessionId` is the login that continues. */
export class ChangePassword extends Command<void> {
  constructor(
    readonly user: OwnUser,
    readonly passwords: { current: string; next: string },
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

const CURRENT = '#/currentPassword';

@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly own: OwnPassword,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  async execute({ user, passwords, addressGroup, metadata }: ChangePassword): Promise<void> {
    const { userId, sessionId } = user;
    const account = await this.own.requirePassword(user, passwords.current, addressGroup, CURRENT);
    requireGoodPassword(passwords.next, account.name, '#/newPassword');
    const passwordHash = await hashPassword(passwords.next);
    await this.store.execute(USER, userId, () => [{ type: 'PasswordChanged', data: { userId } }], {
      metadata,
      within: async (sql) => {
        // Of two concurrent changes, only the one whose current password still matches wins.
        const changed = await sql.execute(
          `UPDATE user_account SET password_hash = $3, password_changed_at = now() WHERE id = $1 AND password_hash = $2`,
          [userId, account.passwordHash, passwordHash],
        );
        if (changed === 0) throw wrongOwnPassword(CURRENT);
        await sql.execute('DELETE FROM password_link WHERE user_id = $1', [userId]);
        await this.sessions.endAllWithin(sql, userId, sessionId);
      },
    });
    this.sessions.forgetEnded();
  }
}
