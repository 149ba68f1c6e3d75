import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { requireOtherAdmin } from './require-other-admin';
import { type AccessManager } from './require-permissions';
import { removeUser, USER } from './user';

/** Removes a user and ends the user's logins. The name stays in the audit log until it is erased, and can be given to a new user. */
export class RemoveUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(RemoveUser)
export class RemoveUserHandler implements ICommandHandler<RemoveUser> {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`; `conflict` for the last administrator */
  async execute({ userId, metadata, manager }: RemoveUser): Promise<void> {
    await this.store.execute(USER, userId, (state) => removeUser(state, userId, manager), {
      metadata,
      within: async (sql) => {
        await requireOtherAdmin(sql, userId);
        await sql.execute(
          `UPDATE user_account SET removed_at = now(), disabled_at = coalesce(disabled_at, now()), password_hash = NULL
           WHERE id = $1`,
          [userId],
        );
        await sql.execute('DELETE FROM password_link WHERE user_id = $1', [userId]);
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
  }
}
