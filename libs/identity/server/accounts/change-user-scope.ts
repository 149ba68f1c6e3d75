import type { Scope } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { type AccessManager } from './require-permissions';
import { checkedScope } from './scope';
import { changeUserScope, USER } from './user';

/** Limits a user to the targets of a filter, or removes the limit. Existing logins have it immediately in this process, within 5 s in others. */
export class ChangeUserScope extends Command<void> {
  constructor(
    readonly userId: string,
    readonly scope: Scope,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(ChangeUserScope)
export class ChangeUserScopeHandler implements ICommandHandler<ChangeUserScope> {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`, `invalid` */
  async execute({ userId, scope: asked, metadata, manager }: ChangeUserScope): Promise<void> {
    const scope = checkedScope(asked);
    await this.store.execute(USER, userId, (state) => changeUserScope(state, userId, scope, manager), {
      metadata,
      within: async (sql, events) => {
        if (events.length === 0) return;
        await sql.execute('UPDATE user_account SET scope = $2 WHERE id = $1', [userId, scope]);
      },
    });
    this.sessions.forgetEnded();
  }
}
