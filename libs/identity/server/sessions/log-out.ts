import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessTokens } from './access-token';
import { Sessions } from './sessions';

/** Ends the login of a browser's tokens, if there is one. */
export class LogOut extends Command<void> {
  constructor(
    readonly accessToken: string | null,
    readonly refreshToken: string | null,
  ) {
    super();
  }
}

@CommandHandler(LogOut)
export class LogOutHandler implements ICommandHandler<LogOut> {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
  ) {}

  async execute({ accessToken, refreshToken }: LogOut): Promise<void> {
    const claims = accessToken === null ? null : await this.tokens.verifyAccessToken(accessToken);
    if (claims !== null) await this.sessions.endSession(claims.sessionId);
    // The access token may have expired before the login did.
    if (refreshToken !== null) await this.sessions.endByToken(refreshToken);
  }
}
