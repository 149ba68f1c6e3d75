import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IssuerLogins } from '../single-sign-on/issuer-logins';
import { SingleSignOn } from '../single-sign-on/single-sign-on';
import { AccessTokens } from './access-token';
import { Sessions } from './sessions';

/** Ends the login of a browser's tokens, if there is one. Returns where the browser ends its session at the issuer, if it has one there. */
export class LogOut extends Command<string | null> {
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
    private readonly logins: IssuerLogins,
    private readonly signOn: SingleSignOn,
  ) {}

  async execute({ accessToken, refreshToken }: LogOut): Promise<string | null> {
    const claims = accessToken === null ? null : await this.tokens.verifyAccessToken(accessToken);
    // The access token may have expired before the login did.
    const byToken = refreshToken === null ? null : await this.sessions.sessionOfToken(refreshToken);
    const ending = [claims?.sessionId, byToken].filter((id): id is string => typeof id === 'string');
    const [first] = ending;
    const issuer = this.signOn.configured?.issuer;
    const grant = first === undefined || issuer === undefined ? null : await this.logins.readGrant(first);
    for (const sessionId of new Set(ending)) await this.sessions.endSession(sessionId);
    return grant === null || issuer === undefined ? null : issuer.endSessionUrl(grant.idToken);
  }
}
