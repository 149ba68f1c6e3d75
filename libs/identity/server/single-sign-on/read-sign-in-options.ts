import type { SignInOptions } from '@icmp-mon/identity/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SingleSignOn } from './single-sign-on';

const BEGIN_PATH = '/api/v1/auth/oidc/begin';

/** Reads how people can sign in. */
export class ReadSignInOptions extends Query<SignInOptions> {}

@QueryHandler(ReadSignInOptions)
export class ReadSignInOptionsHandler implements IQueryHandler<ReadSignInOptions> {
  constructor(private readonly signOn: SingleSignOn) {}

  execute(): Promise<SignInOptions> {
    const { configured } = this.signOn;
    if (configured === null) return Promise.resolve({ singleSignOn: null });
    const { label, publicUrl } = configured.options;
    // With the host of the settings: the issuer sends the browser back there, where the cookies of the sign-in must be.
    return Promise.resolve({ singleSignOn: { label, url: `${publicUrl}${BEGIN_PATH}` } });
  }
}
