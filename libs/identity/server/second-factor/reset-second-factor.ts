import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AccessManager } from '../accounts/require-permissions';
import { resetSecondFactor, USER } from '../accounts/user';
import { Sessions } from '../sessions/sessions';
import { removeSecondFactor } from './second-factors';

/** Removes a user's second factor without a code, for a user who lost the app and the recovery codes. Ends all of the user's logins. */
export class ResetSecondFactor extends Command<void> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(ResetSecondFactor)
export class ResetSecondFactorHandler implements ICommandHandler<ResetSecondFactor> {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `not_found`, `forbidden`; `conflict` if the user has none */
  async execute({ userId, metadata, manager }: ResetSecondFactor): Promise<void> {
    await this.store.execute(USER, userId, (state) => resetSecondFactor(state, userId, manager), {
      metadata,
      within: async (sql) => {
        if (!(await removeSecondFactor(sql, userId)))
          throw new DomainError('conflict', 'The user has no second factor.');
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
  }
}
