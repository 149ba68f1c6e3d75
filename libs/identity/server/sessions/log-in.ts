import type { Role } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { passwordMatches, pretendToCheck } from '../accounts/password';
import { type AttemptSource, LoginAttempts } from './login-attempts';
import { type LoginClient, Sessions, type SessionUser } from './sessions';

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
  id: string;
  name: string;
  role: Role;
  /** Null until an invited user sets a password. */
  password_hash: string | null;
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly sessions: Sessions,
    private readonly attempts: LoginAttempts,
  ) {}

  async execute({ user: name, password, client, source }: LogIn): Promise<LoggedIn> {
    const row = await this.rightUser(name, password, source);
    if (row === null) throw new DomainError('unauthenticated', 'User or password is wrong.');
    const { sessionId, refreshToken } = await this.sessions.beginSession(row.id, client);
    return { user: { userId: row.id, name: row.name, role: row.role, sessionId }, refreshToken };
  }

  private async rightUser(name: string, password: string, source: AttemptSource): Promise<UserRow | null> {
    let found: UserRow | undefined;
    const turn = source.known ?? source.address;
    const isRight = await this.attempts.attemptLogin(name, source, async () => {
      [found] = await this.database.query<UserRow>(
        'SELECT id, name, role, password_hash FROM user_account WHERE lower(name) = lower($1) AND disabled_at IS NULL',
        [name],
      );
      const hash = found?.password_hash ?? null;
      if (hash !== null) return passwordMatches(password, hash, turn);
      await pretendToCheck(password, turn);
      return false;
    });
    return isRight ? (found ?? null) : null;
  }
}
