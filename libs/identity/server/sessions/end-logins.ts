import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireUser } from '../accounts/require-user';
import { USER } from '../accounts/user';
import { Sessions } from './sessions';

/** Selects logins of a user: one, all except one, or all if neither is set. */
export interface WhichLogins {
  userId: string;
  loginId?: string;
  exceptId?: string;
}

/** Ends logins of a user. Returns how many. */
export class EndLogins extends Command<number> {
  constructor(
    readonly which: WhichLogins,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EndLogins)
export class EndLoginsHandler implements ICommandHandler<EndLogins> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found` if the user does not exist, or a given login is not an active login of the user */
  async execute({ which, metadata }: EndLogins): Promise<number> {
    const { userId, loginId } = which;
    // The event contains the ids of the ended logins, which are known only after the update, so both share one transaction.
    const ended = await this.database.transaction(async (sql) => {
      const loginIds = await this.sessions.endWithin(sql, which);
      if (loginIds.length > 0) {
        const decide = (): { type: 'LoginsEnded'; data: { userId: string; loginIds: string[] } }[] => [
          { type: 'LoginsEnded', data: { userId, loginIds } },
        ];
        await this.store.executeWithin(sql, USER, userId, decide, { metadata });
      }
      return loginIds;
    });
    if (loginId === undefined && ended.length === 0) await requireUser(this.database, userId);
    if (loginId !== undefined && ended.length === 0) {
      throw new DomainError('not_found', `Login ${loginId} not found, or already ended.`);
    }
    this.sessions.forgetEnded();
    return ended.length;
  }
}
