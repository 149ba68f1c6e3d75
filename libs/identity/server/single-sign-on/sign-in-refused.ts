import type { SignInFault } from '@icmp-mon/identity/contract';

/** A sign-in by the issuer that does not lead to a login. The sign-in page explains `fault`; the message is for the log. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';

  constructor(
    readonly fault: SignInFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
