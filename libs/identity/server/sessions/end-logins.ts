import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { USER } from '../accounts/account-events';
import { Sessions } from './sessions';

/** Which logins of a user end: one, or all but one; all without either. */
export interface WhichLogins {
  userId: string;
  loginId?: string;
  exceptId?: string;
}

/** Ends logins of a user; returns how many. */
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

  /** @throws DomainError `not_found` when one login is named and the user has no such */
  async execute({ which, metadata }: EndLogins): Promise<number> {
    const { userId, loginId } = which;
    // The event names what ended: it is decided before it is known, so both are in one transaction of ours.
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
    if (loginId !== undefined && ended.length === 0) {
      throw new DomainError('not_found', `There is no login ${loginId} that runs.`);
    }
    this.sessions.forgetEnded();
    return ended.length;
  }
}
