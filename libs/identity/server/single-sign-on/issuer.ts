import * as oidc from 'openid-client';
import { createLogger } from '@icmp-mon/platform/ops';
import type { Claims } from './issuer-claims';
import { groupsOf, leavesGroupsOut } from './issuer-claims';
import { refusalOf } from './issuer-faults';
import { SignInRefused } from './sign-in-refused';
import type { SingleSignOnOptions } from './single-sign-on-options';

const TIMEOUT_S = 5;
/** Accepted difference of clocks in `exp`, `iat` and `nbf`. */
const CLOCK_TOLERANCE_S = 30;
/** How long the issuer's metadata are used before they are read again; former ones are used while it does not answer. */
const METADATA_MS = 3_600_000;
/** Time after a failure within which the issuer is not asked again. */
const FAILURE_MS = 3_000;
const CALLBACK_PATH = '/api/v1/auth/oidc/callback';
const logger = createLogger('single-sign-on');

/** Secrets that a browser must bring back, kept by it in a sealed cookie. */
export interface SignInSecrets {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A person as the issuer describes them. */
export interface IssuerIdentity {
  subject: string;
  claims: Claims;
  groups: readonly string[];
  refreshToken: string | null;
  idToken: string | null;
}

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** Client of the OpenID Connect issuer: authorization code flow with PKCE. All addresses come from the settings and the issuer's metadata. */
export class Issuer {
  private known: { config: oidc.Configuration; atMs: number } | null = null;
  private discovering: Promise<oidc.Configuration> | null = null;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private readonly redirectUri: string;

  constructor(private readonly options: SingleSignOnOptions) {
    this.redirectUri = `${options.publicUrl}${CALLBACK_PATH}`;
  }

  /** Returns the issuer's address for a new sign-in, and the secrets that its answer must match. @throws SignInRefused `unavailable` */
  async beginSignIn(): Promise<{ url: string; secrets: SignInSecrets }> {
    const config = await this.configuration();
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const secrets = { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier };
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: this.redirectUri,
      scope: this.options.scopes.join(' '),
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, secrets };
  }

  /**
   * Exchanges the code of an answer. Verified are state, issuer (RFC 9207), nonce, PKCE, and the ID token's signature, issuer, audience, authorized
   * party and times.
   * @throws SignInRefused
   */
  async finishSignIn(query: string, { state, nonce, codeVerifier }: SignInSecrets): Promise<IssuerIdentity> {
    const config = await this.configuration();
    return this.asking(async () => {
      const tokens = await oidc.authorizationCodeGrant(config, new URL(`${this.redirectUri}?${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      return this.identityOf(config, tokens, tokens.claims()?.sub ?? '');
    });
  }

  /** Reads a person's groups again with a refresh token. @throws SignInRefused `rejected` if the issuer no longer accepts it; `unavailable` */
  async renewIdentity(refreshToken: string, subject: string): Promise<IssuerIdentity | null> {
    const config = await this.configuration();
    return this.asking(async () => {
      const tokens = await oidc.refreshTokenGrant(config, refreshToken);
      if (tokens.claims() === undefined && config.serverMetadata().userinfo_endpoint === undefined) return null;
      const identity = await this.identityOf(config, tokens, subject);
      if (identity.subject === subject) return { ...identity, refreshToken: identity.refreshToken ?? refreshToken };
      throw new SignInRefused('rejected', 'the issuer renewed the login of another person');
    });
  }

  /** Returns where a browser ends its session at the issuer; null if the issuer does not announce it, or does not answer. */
  async endSessionUrl(idToken: string | null): Promise<string | null> {
    try {
      const config = await this.configuration();
      if (config.serverMetadata().end_session_endpoint === undefined) return null;
      const back = { post_logout_redirect_uri: `${this.options.publicUrl}/login` };
      return oidc.buildEndSessionUrl(config, { ...back, ...(idToken !== null && { id_token_hint: idToken }) }).href;
    } catch (error) {
      if (error instanceof SignInRefused) return null;
      throw error;
    }
  }

  private async identityOf(config: oidc.Configuration, tokens: Tokens, subject: string): Promise<IssuerIdentity> {
    const { groupsClaim, clientId } = this.options;
    const claims: Claims = tokens.claims() ?? {};
    // The client checks the authorized party only if there are several audiences.
    if (claims.azp !== undefined && claims.azp !== clientId)
      throw new SignInRefused('rejected', 'the ID token was issued for another client');
    const owner = typeof claims.sub === 'string' ? claims.sub : subject;
    let groups = groupsOf(claims, groupsClaim);
    let all = claims;
    if (groups === null && config.serverMetadata().userinfo_endpoint !== undefined) {
      all = { ...claims, ...(await oidc.fetchUserInfo(config, tokens.access_token, owner)) };
      groups = groupsOf(all, groupsClaim);
    }
    if (groups === null && leavesGroupsOut(all, groupsClaim)) {
      logger.warn(
        { groupsClaim },
        'the issuer left the groups out because there are too many: let it send only assigned groups',
      );
    }
    const { refresh_token: refreshToken = null, id_token: idToken = null } = tokens;
    return { subject: owner, claims: all, groups: groups ?? [], refreshToken, idToken };
  }

  private async configuration(): Promise<oidc.Configuration> {
    if (this.known !== null && performance.now() - this.known.atMs < METADATA_MS) return this.known.config;
    try {
      if (performance.now() - this.failedAtMs < FAILURE_MS) throw new Error('The issuer did not answer a moment ago.');
      this.discovering ??= this.discover().finally(() => (this.discovering = null));
      return await this.discovering;
    } catch (error) {
      if (this.known !== null) return this.known.config;
      throw new SignInRefused('unavailable', 'the issuer could not be discovered', { cause: error });
    }
  }

  private async discover(): Promise<oidc.Configuration> {
    const { issuer, clientId } = this.options;
    const server = new URL(issuer);
    // The settings accept http only on this machine.
    const insecure = server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    try {
      const config = await oidc.discovery(
        server,
        clientId,
        { [oidc.clockTolerance]: CLOCK_TOLERANCE_S },
        this.clientAuth(),
        {
          timeout: TIMEOUT_S,
          execute: [...insecure, oidc.enableNonRepudiationChecks],
        },
      );
      this.known = { config, atMs: performance.now() };
      return config;
    } catch (error) {
      this.failedAtMs = performance.now();
      logger.warn({ err: error, issuer }, 'the issuer of single sign-on could not be discovered; passwords still work');
      throw error;
    }
  }

  private clientAuth(): oidc.ClientAuth {
    const { clientSecret } = this.options;
    if (clientSecret === undefined) return oidc.None();
    const [basic, post] = [oidc.ClientSecretBasic(clientSecret), oidc.ClientSecretPost(clientSecret)];
    return (server, client, body, headers) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
    };
  }

  /** Translates the errors of the client. */
  private async asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof SignInRefused) throw error;
      throw refusalOf(error);
    }
  }
}
