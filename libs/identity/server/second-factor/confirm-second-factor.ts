import type { RecoveryCodes } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OwnUser } from '../accounts/own-password';
import { USER } from '../accounts/user';
import { Sessions } from '../sessions/sessions';
import { requireMatch } from './own-code';
import { newRecoveryCodes } from './recovery-codes';
import { SecondFactors } from './second-factors';

/** Enables the caller's second factor with its first code, and ends the other logins, which needed none. Returns the recovery codes. */
export class ConfirmSecondFactor extends Command<RecoveryCodes> {
  constructor(
    readonly user: OwnUser,
    readonly code: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ConfirmSecondFactor)
export class ConfirmSecondFactorHandler implements ICommandHandler<ConfirmSecondFactor> {
  constructor(
    private readonly store: EventStore,
    private readonly factors: SecondFactors,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `invalid` for a wrong code; `conflict` without a recent enrolment */
  async execute({ user, code, metadata }: ConfirmSecondFactor): Promise<RecoveryCodes> {
    const { userId, sessionId } = user;
    const match = requireMatch(await this.factors.matchFirstCode(userId, code));
    const recoveryCodes = newRecoveryCodes();
    await this.store.execute(USER, userId, () => [{ type: 'SecondFactorEnabled', data: { userId } }], {
      metadata,
      within: async (sql) => {
        await this.factors.enableWithin(sql, userId, match, recoveryCodes);
        await this.sessions.endAllWithin(sql, userId, sessionId);
      },
    });
    this.sessions.forgetEnded();
    return { recoveryCodes };
  }
}
