import type { Role } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { passwordMatches, pretendToCheck } from '../accounts/password';
import { Sessions, type SessionUser } from './sessions';

export interface LoggedIn {
  user: SessionUser;
  refreshToken: string;
}

export class LogIn extends Command<LoggedIn> {
  constructor(
    readonly user: string,
    readonly password: string,
  ) {
    super();
  }
}

interface UserRow {
  id: string;
  name: string;
  role: Role;
  password_hash: string;
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly sessions: Sessions,
  ) {}

  async execute({ user: name, password }: LogIn): Promise<LoggedIn> {
    const [row] = await this.database.query<UserRow>(
      'SELECT id, name, role, password_hash FROM user_account WHERE lower(name) = lower($1) AND disabled_at IS NULL',
      [name],
    );
    if (row === undefined) await pretendToCheck(password);
    if (row === undefined || !(await passwordMatches(password, row.password_hash))) {
      throw new DomainError('unauthenticated', 'User or password is wrong.');
    }
    const { sessionId, refreshToken } = await this.sessions.begin(row.id);
    return { user: { userId: row.id, name: row.name, role: row.role, sessionId }, refreshToken };
  }
}
