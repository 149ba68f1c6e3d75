import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { USER } from '../accounts/user';
import type { LoggedIn } from '../sessions/log-in';
import { LoginChallenges } from '../sessions/login-challenges';
import { beginWithin, type BegunSession, type LoginClient } from '../sessions/session-rows';
import { Sessions } from '../sessions/sessions';
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
    const user = await this.challenges.readChallenge(given.challenge, 'enrolment');
    const { userId, name, role, scope } = user;
    const match = await this.factors.matchFirstCode(userId, given.code);
    // Not counted against the challenge: who types wrong codes here was shown the secret.
    if (match === null) throw wrongCode();
    const recoveryCodes = newRecoveryCodes();
    let begun: BegunSession | undefined;
    await this.store.execute(USER, userId, () => [{ type: 'SecondFactorEnabled', data: { userId } }], {
      metadata: { ...metadata, actor: `user:${userId}` },
      within: async (sql) => {
        await this.challenges.useWithin(sql, given.challenge);
        await this.factors.enableWithin(sql, userId, match, recoveryCodes);
        // Earlier logins needed no second factor.
        await this.sessions.endAllWithin(sql, userId);
        begun = await beginWithin(sql, { ...user, hasSecondFactor: true }, client);
      },
    });
    this.sessions.forgetEnded();
    if (begun === undefined) throw new Error('The transaction of an enrolment ended without a session.');
    const { sessionId, refreshToken } = begun;
    return { user: { userId, name, role, scope, sessionId }, refreshToken, recoveryCodes };
  }
}
