import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { passwordMatches, pretendToCheck } from '../accounts/password';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy';
import { type AttemptSource, LoginAttempts } from './login-attempts';
import { type Challenged, LoginChallenges } from './login-challenges';
import { type BegunSession, type LoginClient, wrongPassword } from './session-rows';
import { Sessions, type SessionUser } from './sessions';

export interface LoggedIn {
  user: SessionUser;
  refreshToken: string;
}

/** Returns the login of a user that has begun. */
export const loggedIn = (
  { userId, name, role, scope }: Omit<SessionUser, 'sessionId'>,
  { sessionId, refreshToken }: BegunSession,
): LoggedIn => ({ user: { userId, name, role, scope, sessionId }, refreshToken });

export class LogIn extends Command<LoggedIn | Challenged> {
  constructor(
    readonly user: string,
    readonly password: string,
    readonly client: LoginClient,
    readonly source: AttemptSource,
  ) {
    super();
  }
}

interface UserRow {
  userId: string;
  name: string;
  role: Role;
  scope: Scope;
  passwordHash: string;
  hasSecondFactor: boolean;
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly sessions: Sessions,
    private readonly attempts: LoginAttempts,
    private readonly challenges: LoginChallenges,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /** @throws DomainError `unauthenticated` */
  async execute({ user, password, client, source }: LogIn): Promise<LoggedIn | Challenged> {
    const found = await this.rightUser(user, password, source);
    if (found === null) throw wrongPassword();
    const step = this.policy.stepOf(found);
    if (step !== null) return { challenge: await this.challenges.issueChallenge(found, step) };
    const proof = { ...found, hasSecondFactor: false };
    return loggedIn(found, await this.sessions.beginSession(proof, client));
  }

  private rightUser(name: string, password: string, source: AttemptSource): Promise<UserRow | null> {
    const turn = source.known ?? source.address;
    const check = async (): Promise<UserRow | null> => {
      // An invited user has no password yet.
      const [found] = await this.database.query<UserRow>(
        `SELECT u.id AS "userId", u.name, u.role, u.scope, u.password_hash AS "passwordHash", f.user_id IS NOT NULL AS "hasSecondFactor"
         FROM user_account u LEFT JOIN second_factor f ON f.user_id = u.id AND f.enabled_at IS NOT NULL
         WHERE lower(u.name) = lower($1) AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL`,
        [name],
      );
      if (found !== undefined) return (await passwordMatches(password, found.passwordHash, turn)) ? found : null;
      await pretendToCheck(password, turn);
      return null;
    };
    return this.attempts.attemptLogin(name, source, check, ({ hasSecondFactor }) => !hasSecondFactor);
  }
}
