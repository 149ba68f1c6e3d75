import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { requireOtherAdmin } from './require-other-admin';
import { type AccessManager } from './require-permissions';
import { disableUser, USER } from './user';

/** Keeps a user from logging in, and ends the user's logins. The user's links become invalid. */
export class DisableUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(DisableUser)
export class DisableUserHandler implements ICommandHandler<DisableUser> {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`; `conflict` for the last administrator */
  async execute({ userId, metadata, manager }: DisableUser): Promise<void> {
    await this.store.execute(USER, userId, (state) => disableUser(state, userId, manager), {
      metadata,
      within: async (sql, events) => {
        if (events.length === 0) return;
        await requireOtherAdmin(sql, userId);
        await sql.execute('UPDATE user_account SET disabled_at = now() WHERE id = $1', [userId]);
        await sql.execute('DELETE FROM password_link WHERE user_id = $1', [userId]);
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
  }
}
