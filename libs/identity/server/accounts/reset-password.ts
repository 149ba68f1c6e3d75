import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { requireGoodPassword } from './new-password';
import { hashPassword } from './password';
import { resetPassword, USER, userNotFound } from './user';

/** Sets a user's password without the current one, and ends all of the user's logins. */
export class ResetPassword extends Command<void> {
  constructor(
    readonly userId: string,
    readonly password: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ResetPassword)
export class ResetPasswordHandler implements ICommandHandler<ResetPassword> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  async execute({ userId, password, metadata }: ResetPassword): Promise<void> {
    const [row] = await this.database.query<{ name: string }>(
      'SELECT name FROM user_account WHERE id = $1 AND removed_at IS NULL',
      [userId],
    );
    if (row === undefined) throw userNotFound(userId);
    requireGoodPassword(password, row.name, '#/newPassword');
    const passwordHash = await hashPassword(password);
    await this.store.execute(USER, userId, (state) => resetPassword(state, userId), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE user_account SET password_hash = $2, password_changed_at = now() WHERE id = $1', [
          userId,
          passwordHash,
        ]);
        await sql.execute('DELETE FROM password_link WHERE user_id = $1', [userId]);
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
  }
}
