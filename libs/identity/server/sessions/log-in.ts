import type { Role, Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { passwordMatches, pretendToCheck } from '../accounts/password';
import { type AttemptSource, LoginAttempts } from './login-attempts';
import { type LoginClient, Sessions, type SessionUser, wrongPassword } from './sessions';

export interface LoggedIn {
  user: SessionUser;
  refreshToken: string;
}

export class LogIn extends Command<LoggedIn> {
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
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly sessions: Sessions,
    private readonly attempts: LoginAttempts,
  ) {}

  /** @throws DomainError `unauthenticated` */
  async execute({ user, password, client, source }: LogIn): Promise<LoggedIn> {
    const found = await this.rightUser(user, password, source);
    if (found === null) throw wrongPassword();
    const { userId, name, role, scope } = found;
    const { sessionId, refreshToken } = await this.sessions.beginSession(found, client);
    return { user: { userId, name, role, scope, sessionId }, refreshToken };
  }

  private async rightUser(name: string, password: string, source: AttemptSource): Promise<UserRow | null> {
    let found: UserRow | undefined;
    const turn = source.known ?? source.address;
    const isRight = await this.attempts.attemptLogin(name, source, async () => {
      // An invited user has no password yet.
      [found] = await this.database.query<UserRow>(
        `SELECT id AS "userId", name, role, scope, password_hash AS "passwordHash" FROM user_account
         WHERE lower(name) = lower($1) AND disabled_at IS NULL AND password_hash IS NOT NULL`,
        [name],
      );
      if (found !== undefined) return passwordMatches(password, found.passwordHash, turn);
      await pretendToCheck(password, turn);
      return false;
    });
    return isRight ? (found ?? null) : null;
  }
}
