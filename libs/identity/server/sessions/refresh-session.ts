import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ConfirmLogin } from '../single-sign-on/confirm-login';
import { type Refreshed, Sessions } from './sessions';

/** Exchanges a refresh token, which is valid once, for the next one. */
export class RefreshSession extends Command<Refreshed> {
  constructor(readonly refreshToken: string) {
    super();
  }
}

@CommandHandler(RefreshSession)
export class RefreshSessionHandler implements ICommandHandler<RefreshSession> {
  constructor(
    private readonly sessions: Sessions,
    private readonly commands: CommandBus,
  ) {}

  /** @throws DomainError `unauthenticated` */
  async execute({ refreshToken }: RefreshSession): Promise<Refreshed> {
    const refreshed = await this.sessions.refreshSession(refreshToken);
    return { ...refreshed, user: await this.commands.execute(new ConfirmLogin(refreshed.user)) };
  }
}
