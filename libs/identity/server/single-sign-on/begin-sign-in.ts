import { safeReturnUrl } from '@icmp-mon/identity/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PendingSignIns } from './pending-sign-ins';
import { SingleSignOn } from './single-sign-on';

/** A sign-in that begins: the browser keeps `sealed` in a cookie for `state`, and goes to `url`. */
export interface BegunSignIn {
  url: string;
  state: string;
  sealed: string;
}

/** Begins a sign-in at the issuer. */
export class BeginSignIn extends Command<BegunSignIn> {
  constructor(readonly returnUrl: string | null) {
    super();
  }
}

@CommandHandler(BeginSignIn)
export class BeginSignInHandler implements ICommandHandler<BeginSignIn> {
  constructor(
    private readonly signOn: SingleSignOn,
    private readonly pending: PendingSignIns,
  ) {}

  /** @throws SignInRefused `off`, `unavailable` */
  async execute({ returnUrl }: BeginSignIn): Promise<BegunSignIn> {
    const { url, secrets } = await this.signOn.requireConfigured().issuer.beginSignIn();
    const sealed = this.pending.sealPending(secrets, safeReturnUrl(returnUrl), Date.now());
    return { url, state: secrets.state, sealed };
  }
}
