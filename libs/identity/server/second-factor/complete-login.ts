import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LoggedIn } from '../sessions/log-in';
import { LoginChallenges } from '../sessions/login-challenges';
import { LoginAttempts } from '../sessions/login-attempts';
import type { LoginClient } from '../sessions/session-rows';
import { beginChallenged } from './begin-challenged';
import { SecondFactors } from './second-factors';

/** Completes a login with a code of the app, or with a recovery code. */
export class CompleteLogin extends Command<LoggedIn> {
  constructor(
    readonly given: { challenge: string; code: string },
    readonly client: LoginClient,
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

export const wrongCode = (): DomainError => new DomainError('unauthenticated', 'The code is wrong or has expired.');

@CommandHandler(CompleteLogin)
export class CompleteLoginHandler implements ICommandHandler<CompleteLogin> {
  constructor(
    private readonly store: EventStore,
    private readonly challenges: LoginChallenges,
    private readonly factors: SecondFactors,
    private readonly attempts: LoginAttempts,
  ) {}

  /** @throws DomainError `invalid` for a challenge that is not valid, `unauthenticated` for a wrong code; `TooManyCodes`, `TooManyAttempts` */
  async execute({ given, client, addressGroup, metadata }: CompleteLogin): Promise<LoggedIn> {
    const { challenge, code } = given;
    const user = await this.challenges.readChallenge(challenge, 'code');
    const { userId } = user;
    const source = { address: addressGroup, known: null };
    const match = await this.attempts.attemptLogin(`second factor of ${userId}`, source, () =>
      this.factors.matchCode(userId, code),
    );
    if (match === null) {
      await this.challenges.countWrongCode(challenge);
      throw wrongCode();
    }
    return beginChallenged(this.store, this.challenges, {
      ...{ user, challenge, client, metadata },
      events: match.kind === 'recovery' ? [{ type: 'RecoveryCodeUsed', data: { userId } }] : [],
      proveWithin: (sql) => this.factors.useWithin(sql, userId, match),
    });
  }
}
