import type { Role } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { requireOtherAdmin } from './require-other-admin';
import { type AccessManager } from './require-permissions';
import { changeRole, USER } from './user';

/** Changes a user's role. Existing logins have it immediately in this process, within 5 s in other replicas. */
export class ChangeRole extends Command<void> {
  constructor(
    readonly userId: string,
    readonly role: Role,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(ChangeRole)
export class ChangeRoleHandler implements ICommandHandler<ChangeRole> {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`; `conflict` for the last administrator */
  async execute({ userId, role, metadata, manager }: ChangeRole): Promise<void> {
    await this.store.execute(USER, userId, (state) => changeRole(state, userId, role, manager), {
      metadata,
      within: async (sql, events) => {
        if (events.length === 0) return;
        await requireOtherAdmin(sql, userId);
        await sql.execute('UPDATE user_account SET role = $2 WHERE id = $1', [userId, role]);
      },
    });
    this.sessions.forgetEnded();
  }
}
