import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

interface Answer {
  status: number;
  body: unknown;
}

export const FORGER_CLIENT = 'icmp-mon';

/** An issuer that gives the answers of a test, to check that its client refuses them. */
export class ForgingIssuer {
  metadata: Record<string, unknown> = {};
  /** Members of the token answer. */
  tokens: Record<string, unknown> = {};
  userinfo: Record<string, unknown> = {};
  /** Replaces the answer of the token endpoint. */
  tokenAnswer: Answer | null = null;
  keys: JWK[] = [];
  private key!: CryptoKey;
  private kid = '';

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<ForgingIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new ForgingIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => issuer.answer(request, response));
    await issuer.rotateKey('first');
    return issuer;
  }

  /** Signs with a new key from now on; the former one is no longer published. */
  async rotateKey(kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    this.key = privateKey;
    this.kid = kid;
    this.keys = [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }];
  }

  /** Signs an ID token that is right except for `change`. */
  idToken(change: JWTPayload, key: CryptoKey | Uint8Array = this.key, alg = 'RS256'): Promise<string> {
    const nowS = Math.floor(Date.now() / 1_000);
    const right = { iss: this.url, sub: 'person', aud: FORGER_CLIENT, iat: nowS, exp: nowS + 300, nonce: 'nonce' };
    return new SignJWT({ ...right, groups: ['noc'], ...change }).setProtectedHeader({ alg, kid: this.kid }).sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, body } = this.answerTo(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private answerTo(path: string): Answer {
    if (path === '/.well-known/openid-configuration') return { status: 200, body: this.described() };
    if (path === '/jwks') return { status: 200, body: { keys: this.keys } };
    if (path === '/userinfo') return { status: 200, body: this.userinfo };
    if (path === '/token')
      return (
        this.tokenAnswer ?? { status: 200, body: { access_token: 'access', token_type: 'bearer', ...this.tokens } }
      );
    return { status: 404, body: {} };
  }

  private described(): object {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      userinfo_endpoint: `${this.url}/userinfo`,
      jwks_uri: `${this.url}/jwks`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'],
      ...this.metadata,
    };
  }
}
