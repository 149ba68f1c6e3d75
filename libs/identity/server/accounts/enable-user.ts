import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AccessManager } from './require-permissions';
import { enableUser, USER } from './user';

/** Lets a disabled user log in again, with the same password and role. */
export class EnableUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(EnableUser)
export class EnableUserHandler implements ICommandHandler<EnableUser> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `not_found`, `forbidden` */
  async execute({ userId, metadata, manager }: EnableUser): Promise<void> {
    await this.store.execute(USER, userId, (state) => enableUser(state, userId, manager), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE user_account SET disabled_at = NULL WHERE id = $1', [userId]);
      },
    });
  }
}
