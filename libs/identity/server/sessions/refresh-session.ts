import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Refreshed, Sessions } from './sessions';

/** Exchanges a refresh token, which is valid once, for the next one. */
export class RefreshSession extends Command<Refreshed> {
  constructor(readonly refreshToken: string) {
    super();
  }
}

@CommandHandler(RefreshSession)
export class RefreshSessionHandler implements ICommandHandler<RefreshSession> {
  constructor(private readonly sessions: Sessions) {}

  /** @throws DomainError `unauthenticated` */
  execute({ refreshToken }: RefreshSession): Promise<Refreshed> {
    return this.sessions.refreshSession(refreshToken);
  }
}
