import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

/** A person whom the stand-in issuer signs in, without a password. */
export interface StandInPerson {
  /** Subject at the issuer. */
  id: string;
  name: string;
  email?: string;
  groups: string[];
}

export interface StandInOptions {
  /** 0 takes any free port. */
  port: number;
  clientId: string;
  clientSecret: string;
  /** Origin of the portal. */
  portalUrl: string;
  people: StandInPerson[];
  /** Whether the ID token has the groups; otherwise only the userinfo endpoint has them. */
  groupsInIdToken?: boolean;
  /** Whether the issuer gives refresh tokens. */
  refreshTokens?: boolean;
}

const ACCESS_TOKEN_S = 600;

/** An OpenID Connect issuer on this machine for tests and demonstrations: the real protocol (oidc-provider), with a page to choose a person. */
export class StandInIssuer {
  readonly url: string;
  /** May be changed while it runs. */
  readonly people: StandInPerson[];
  private readonly server: Server;

  // Members are assigned here, so that Node can run the file as it is: `npm run demo -- issuer`.
  private constructor(server: Server, url: string, people: StandInPerson[]) {
    this.server = server;
    this.url = url;
    this.people = people;
  }

  static async start(options: StandInOptions): Promise<StandInIssuer> {
    const server = createServer();
    server.listen(options.port, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(url, configurationOf(options));
    // The library warns about http and about keys in memory, both intended here.
    const handle = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      if (uid === undefined) void handle(request, response);
      else void choosePerson(provider, options.people, request, response);
    });
    return new StandInIssuer(server, url, options.people);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function configurationOf(options: StandInOptions): Configuration {
  const { clientId, clientSecret, portalUrl, people } = options;
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${portalUrl}/api/v1/auth/oidc/callback`],
        post_logout_redirect_uris: [`${portalUrl}/login`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: { keys: ['stand-in'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'offline_access'],
    conformIdTokenClaims: options.groupsInIdToken !== true,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: leaveAtOnce },
    },
    pkce: { required: () => true },
    ttl: { AccessToken: ACCESS_TOKEN_S, IdToken: ACCESS_TOKEN_S, RefreshToken: 86_400, Session: 86_400, Grant: 86_400 },
    issueRefreshToken: () => Promise.resolve(options.refreshTokens !== false),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => {
      const person = people.find((each) => each.id === id);
      if (person === undefined) return undefined;
      const { name, email, groups } = person;
      const claims = { sub: id, name, preferred_username: name, groups, ...(email !== undefined && { email }) };
      return { accountId: id, claims: () => claims };
    },
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.session?.grantIdFor(oidc.client?.clientId ?? '');
      const known = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId);
      if (known !== undefined) return known;
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email groups offline_access');
      await grant.save();
      return grant;
    },
  };
}

/** The page of the issuer, and its answer. */
async function choosePerson(
  provider: Provider,
  people: readonly StandInPerson[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const id = new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('person') ?? '';
    const result = people.some((person) => person.id === id)
      ? { login: { accountId: id } }
      : { error: 'access_denied', error_description: 'The person cancelled.' };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    return;
  }
  const buttons = people.map(({ id, name }) => `<button name="person" value="${id}">${name}</button>`);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    `<!doctype html><html lang="en"><title>Stand-in issuer</title><link rel="icon" href="data:,"><main><h1>Stand-in issuer</h1>
     <form method="post">${buttons.join(' ')} <button name="person" value="">Cancel</button></form></main></html>`,
  );
}

/** Ends the session without asking. */
function leaveAtOnce(context: { body?: unknown }, form: string): void {
  context.body = `<!doctype html><html lang="en"><title>Signing out</title><link rel="icon" href="data:,">${form}
    <script>const f = document.forms[0]; const l = document.createElement('input'); l.type = 'hidden'; l.name = 'logout'; l.value = 'yes'; f.append(l); f.submit();</script></html>`;
}
