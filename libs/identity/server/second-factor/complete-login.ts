import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { USER } from '../accounts/user';
import type { LoggedIn } from '../sessions/log-in';
import { type ChallengedUser, LoginChallenges } from '../sessions/login-challenges';
import { LoginAttempts } from '../sessions/login-attempts';
import { beginWithin, type BegunSession, type LoginClient } from '../sessions/session-rows';
import { type CodeMatch, SecondFactors } from './second-factors';

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

  /** @throws DomainError `invalid` for a challenge that is not valid, `unauthenticated` for a wrong code; `TooManyCodes` */
  async execute({ given, client, addressGroup, metadata }: CompleteLogin): Promise<LoggedIn> {
    const user = await this.challenges.readChallenge(given.challenge, 'code');
    let match: CodeMatch | null = null;
    const source = { address: addressGroup, known: null };
    await this.attempts.attemptLogin(`second factor of ${user.userId}`, source, async () => {
      match = await this.factors.matchCode(user.userId, given.code);
      return match !== null;
    });
    if (match === null) {
      await this.challenges.countWrongCode(given.challenge);
      throw wrongCode();
    }
    const { sessionId, refreshToken } = await this.begin(user, given.challenge, match, client, metadata);
    const { userId, name, role, scope } = user;
    return { user: { userId, name, role, scope, sessionId }, refreshToken };
  }

  /** Uses up challenge and code in the transaction that begins the login. */
  private async begin(
    user: ChallengedUser,
    challenge: string,
    match: CodeMatch,
    client: LoginClient,
    metadata: RequestMetadata,
  ): Promise<BegunSession> {
    const { userId } = user;
    const events = match.kind === 'recovery' ? [{ type: 'RecoveryCodeUsed' as const, data: { userId } }] : [];
    let begun: BegunSession | undefined;
    await this.store.execute(USER, userId, () => events, {
      metadata: { ...metadata, actor: `user:${userId}` },
      within: async (sql) => {
        await this.challenges.useWithin(sql, challenge);
        await this.factors.useWithin(sql, userId, match);
        begun = await beginWithin(sql, { ...user, hasSecondFactor: true }, client);
      },
    });
    if (begun === undefined) throw new Error('The transaction of a login ended without a session.');
    return begun;
  }
}
