import * as oidc from 'openid-client';
import { SignInRefused } from './sign-in-refused';

/** Translates an error of the client of the issuer. */
export function refusalOf(error: unknown): SignInRefused {
  if (error instanceof oidc.AuthorizationResponseError) {
    const fault = error.error === 'access_denied' ? 'cancelled' : 'rejected';
    return new SignInRefused(fault, `the issuer answered ${error.error}`, { cause: error });
  }
  if (isUnavailable(error)) return new SignInRefused('unavailable', 'the issuer does not answer', { cause: error });
  return new SignInRefused('rejected', "the issuer's answer was refused", { cause: error });
}

/** Returns true for connection failures, timeouts and status 5xx. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return true;
  if (error instanceof TypeError && error.message === 'fetch failed') return true;
  return (
    (cause instanceof Response && cause.status >= 500) ||
    (error instanceof oidc.ResponseBodyError && error.status >= 500)
  );
}
