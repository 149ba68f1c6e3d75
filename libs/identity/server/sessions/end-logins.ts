import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AccessManager } from '../accounts/require-permissions';
import { endLogins, USER } from '../accounts/user';
import { Sessions } from './sessions';

/** Selects logins of a user: one, all except one, or all if neither is set. */
export interface WhichLogins {
  userId: string;
  loginId?: string;
  exceptId?: string;
}

/** Ends logins of a user. Returns how many. `manager` is null for the user's own logins. */
export class EndLogins extends Command<number> {
  constructor(
    readonly which: WhichLogins,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager | null,
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

  /** @throws DomainError `not_found` if the user does not exist, or a given login is not an active login of the user; `forbidden` */
  async execute({ which, metadata, manager }: EndLogins): Promise<number> {
    const { userId, loginId } = which;
    const loginIds = await this.activeLogins(which);
    let ended = 0;
    // The event is appended before the logins are locked, as in the other changes of a user, so that none of them deadlocks with another.
    await this.store.execute(USER, userId, (state) => endLogins(state, userId, loginIds, manager), {
      metadata,
      within: async (sql) => {
        ended = await sql.execute(
          'UPDATE login_session SET ended_at = now() WHERE id = ANY ($1::uuid[]) AND ended_at IS NULL',
          [loginIds],
        );
        if (loginId !== undefined && ended === 0) {
          throw new DomainError('not_found', `Login ${loginId} not found, or already ended.`);
        }
      },
    });
    this.sessions.forgetEnded();
    return ended;
  }

  private async activeLogins({ userId, loginId, exceptId }: WhichLogins): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM login_session
       WHERE user_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR id <> $3)`,
      [userId, loginId ?? null, exceptId ?? null],
    );
    return rows.map(({ id }) => id);
  }
}
