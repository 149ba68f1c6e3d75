import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { enableUser, USER } from './user';

/** Lets a disabled user log in again, with the same password and role. */
export class EnableUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EnableUser)
export class EnableUserHandler implements ICommandHandler<EnableUser> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `not_found` */
  async execute({ userId, metadata }: EnableUser): Promise<void> {
    await this.store.execute(USER, userId, (state) => enableUser(state, userId), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE user_account SET disabled_at = NULL WHERE id = $1', [userId]);
      },
    });
  }
}
