import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LoggedIn } from '../sessions/log-in';
import { LoginChallenges } from '../sessions/login-challenges';
import type { LoginClient } from '../sessions/session-rows';
import { Sessions } from '../sessions/sessions';
import { beginChallenged } from './begin-challenged';
import { wrongCode } from './complete-login';
import { newRecoveryCodes } from './recovery-codes';
import { SecondFactors } from './second-factors';

/** Enables the second factor that a login requires, and completes the login. */
export class ConfirmLoginEnrolment extends Command<LoggedIn & { recoveryCodes: string[] }> {
  constructor(
    readonly given: { challenge: string; code: string },
    readonly client: LoginClient,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ConfirmLoginEnrolment)
export class ConfirmLoginEnrolmentHandler implements ICommandHandler<ConfirmLoginEnrolment> {
  constructor(
    private readonly store: EventStore,
    private readonly challenges: LoginChallenges,
    private readonly factors: SecondFactors,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `invalid` for a challenge that is not valid, `unauthenticated` for a wrong code */
  async execute({ given, client, metadata }: ConfirmLoginEnrolment): Promise<LoggedIn & { recoveryCodes: string[] }> {
    const { challenge, code } = given;
    const user = await this.challenges.readChallenge(challenge, 'enrolment');
    const { userId } = user;
    const match = await this.factors.matchFirstCode(userId, code);
    // Not counted against the challenge: who types wrong codes here was shown the secret.
    if (match === null) throw wrongCode();
    const recoveryCodes = newRecoveryCodes();
    const login = await beginChallenged(this.store, this.challenges, {
      ...{ user, challenge, client, metadata },
      events: [{ type: 'SecondFactorEnabled', data: { userId } }],
      proveWithin: async (sql) => {
        await this.factors.enableWithin(sql, userId, match, recoveryCodes);
        // Earlier logins needed no second factor.
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
    return { ...login, recoveryCodes };
  }
}
