import type { RequestMetadata } from '@icmp-mon/platform/http';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LoggedIn } from '../sessions/log-in';
import { LoginAttempts, TooManyAttempts } from '../sessions/login-attempts';
import type { LoginClient } from '../sessions/session-rows';
import type { IssuerIdentity } from './issuer';
import { IssuerLogins } from './issuer-logins';
import { type PendingSignIn, PendingSignIns } from './pending-sign-ins';
import { SignInRefused } from './sign-in-refused';
import { type ConfiguredSignOn, SingleSignOn } from './single-sign-on';

/** Finishes a sign-in with the issuer's answer, in the browser in which it began. */
export class FinishSignIn extends Command<LoggedIn & { returnUrl: string }> {
  constructor(
    /** `query` is the issuer's answer; `sealed` is the browser's cookie for its state. */
    readonly answer: { query: string; state: string | null; sealed: string | null },
    readonly client: LoginClient,
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(FinishSignIn)
export class FinishSignInHandler implements ICommandHandler<FinishSignIn> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly signOn: SingleSignOn,
    private readonly pending: PendingSignIns,
    private readonly logins: IssuerLogins,
    private readonly attempts: LoginAttempts,
  ) {}

  /** @throws SignInRefused */
  async execute({ answer, client, addressGroup, metadata }: FinishSignIn): Promise<LoggedIn & { returnUrl: string }> {
    const configured = this.signOn.requireConfigured();
    const { state, sealed } = answer;
    const began = state === null || sealed === null ? null : this.pending.openPending(sealed, state, Date.now());
    if (began === null) throw new SignInRefused('expired', 'the answer belongs to no sign-in of this browser');
    const identity = await this.askIssuer(configured, answer.query, began, addressGroup);
    const user = await configured.users.userOf(identity, metadata.correlationId);
    const { sessionId, refreshToken } = await this.database.transaction((sql) =>
      this.logins.beginWithin(sql, user.userId, began.state, identity, client),
    );
    return { user: { ...user, sessionId }, refreshToken, returnUrl: began.returnUrl };
  }

  /** Refused answers are counted by address, so that no client can make this server ask the issuer without end. */
  private async askIssuer(
    { issuer }: ConfiguredSignOn,
    query: string,
    began: PendingSignIn,
    address: string,
  ): Promise<IssuerIdentity> {
    const source = { address, known: null };
    let refused = new SignInRefused('rejected', 'no identity');
    const check = async (): Promise<IssuerIdentity | null> => {
      try {
        return await issuer.finishSignIn(query, began);
      } catch (error) {
        if (!(error instanceof SignInRefused) || error.fault === 'unavailable') throw error;
        refused = error;
        return null;
      }
    };
    const identity = await this.attempts.attemptLogin('single sign-on', source, check).catch((error: unknown) => {
      if (error instanceof TooManyAttempts) throw new SignInRefused('busy', error.detail, { cause: error });
      throw error;
    });
    if (identity === null) throw refused;
    return identity;
  }
}
