import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { passwordMatches, pretendToCheck } from '../accounts/password';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy';
import { type AttemptSource, LoginAttempts } from './login-attempts';
import { type Challenged, LoginChallenges } from './login-challenges';
import { type LoginClient, wrongPassword } from './session-rows';
import { Sessions, type SessionUser } from './sessions';

export interface LoggedIn {
  user: SessionUser;
  refreshToken: string;
}

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
    const { userId, name, role, scope } = found;
    const step = this.policy.stepOf(found);
    if (step !== null) return { challenge: await this.challenges.issueChallenge(found, step) };
    const proof = { ...found, hasSecondFactor: false };
    const { sessionId, refreshToken } = await this.sessions.beginSession(proof, client);
    return { user: { userId, name, role, scope, sessionId }, refreshToken };
  }

  private async rightUser(name: string, password: string, source: AttemptSource): Promise<UserRow | null> {
    let found: UserRow | undefined;
    const turn = source.known ?? source.address;
    const check = async (): Promise<boolean> => {
      // An invited user has no password yet.
      [found] = await this.database.query<UserRow>(
        `SELECT u.id AS "userId", u.name, u.role, u.scope, u.password_hash AS "passwordHash", f.user_id IS NOT NULL AS "hasSecondFactor"
         FROM user_account u LEFT JOIN second_factor f ON f.user_id = u.id AND f.enabled_at IS NOT NULL
         WHERE lower(u.name) = lower($1) AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL`,
        [name],
      );
      if (found !== undefined) return passwordMatches(password, found.passwordHash, turn);
      await pretendToCheck(password, turn);
      return false;
    };
    const isLastStep = (): boolean => found?.hasSecondFactor === false;
    const isRight = await this.attempts.attemptLogin(name, source, check, isLastStep);
    return isRight ? (found ?? null) : null;
  }
}
