import { ERASED, EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eraseUser, USER } from './user';

/** Erases the name of a removed user, and the addresses of the user's logins. */
export class EraseUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EraseUser)
export class EraseUserHandler implements ICommandHandler<EraseUser> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `not_found`; `conflict` (the user was not removed) */
  async execute({ userId, metadata }: EraseUser): Promise<void> {
    await this.store.execute(USER, userId, (state) => eraseUser(state, userId), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE user_account SET name = $2, issuer = NULL, subject = NULL WHERE id = $1', [
          ...[userId, ERASED],
        ]);
        await sql.execute('DELETE FROM login_session WHERE user_id = $1', [userId]);
      },
    });
  }
}
