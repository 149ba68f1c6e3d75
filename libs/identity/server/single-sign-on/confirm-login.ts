import { DomainError } from '@icmp-mon/platform/errors';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger } from '@icmp-mon/platform/ops';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions, type SessionUser } from '../sessions/sessions';
import { type DueGrant, IssuerLogins } from './issuer-logins';
import { SignInRefused } from './sign-in-refused';
import { type ConfiguredSignOn, SingleSignOn } from './single-sign-on';

const logger = createLogger('single-sign-on');

const ended = (): DomainError =>
  new DomainError('unauthenticated', 'The issuer no longer confirms this login. Sign in again.');

/**
 * Asks the issuer whether a login that it began still has access, and for its groups. Returns the user with the role of today. While the issuer
 * does not answer, the login continues until it expires; without a refresh token nothing can be asked.
 */
export class ConfirmLogin extends Command<SessionUser> {
  constructor(readonly user: SessionUser) {
    super();
  }
}

@CommandHandler(ConfirmLogin)
export class ConfirmLoginHandler implements ICommandHandler<ConfirmLogin> {
  constructor(
    private readonly signOn: SingleSignOn,
    private readonly logins: IssuerLogins,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `unauthenticated` after the login was ended */
  async execute({ user }: ConfirmLogin): Promise<SessionUser> {
    const due = await this.logins.takeDue(user.sessionId);
    if (due === null) return user;
    const { configured } = this.signOn;
    try {
      if (configured?.options.issuer !== due.issuer)
        throw new SignInRefused('off', 'the settings no longer name the issuer of the login');
      return { ...user, ...(await this.renewUser(configured, user, due)) };
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      return this.refuse(user, error);
    }
  }

  private async renewUser({ issuer, users }: ConfiguredSignOn, user: SessionUser, due: DueGrant): Promise<object> {
    const identity = due.refreshToken === null ? null : await issuer.renewIdentity(due.refreshToken, due.subject);
    // It stays taken for 30 s, after which the next renewal asks again.
    if (identity === null) return {};
    const { name, role, scope } = await users.userOf(identity, newId());
    await this.logins.extendLogin(user.sessionId, identity);
    return { name, role, scope };
  }

  private async refuse(user: SessionUser, refused: SignInRefused): Promise<SessionUser> {
    const { userId, sessionId } = user;
    if (refused.fault === 'unavailable') {
      logger.warn({ err: refused, sessionId }, 'the issuer could not confirm a login, which continues');
      await this.logins.release(sessionId);
      return user;
    }
    logger.info({ userId, sessionId, fault: refused.fault }, `login ended: ${refused.message}`);
    await this.sessions.endSession(sessionId);
    throw ended();
  }
}
