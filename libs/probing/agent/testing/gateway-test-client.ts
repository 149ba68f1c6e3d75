import 'reflect-metadata';
import { createHash, createPrivateKey, createPublicKey, sign, webcrypto } from 'node:crypto';
import { Agent as HttpsAgent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { type EnrolAnswer, type RejoinChallenge, type RejoinRequest, rejoinText } from '@icmp-mon/agents/contract';
import { compress } from '@icmp-mon/platform/zstd';
import {
  encodeBody,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
  writeUpload,
  type BlockAddress,
} from '@icmp-mon/probing/wire';
import * as x509 from '@peculiar/x509';

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a test sends over TLS; `body` is sent as it is. */
export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

/** A TLS client with an identity of its own, or none. */
export class TestClient {
  private readonly agent: HttpsAgent;

  constructor(
    private readonly baseUrl: string,
    tls: { ca: string; cert?: string; key?: string },
  ) {
    this.agent = new HttpsAgent({ ...tls, keepAlive: true });
  }

  call(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = { method, agent: this.agent, headers: { ...length, ...headers } };
      const outgoing = request(`${this.baseUrl}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  json(path: string, body: unknown, method = 'POST'): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.call(path, { method, headers, body: JSON.stringify(body) });
  }

  results(lane: string, blocks: readonly Uint8Array[], headers: Record<string, string> = {}): Promise<Answer> {
    const type = { 'content-type': 'application/vnd.icmpmon.blocks' };
    return this.call(`/v1/results?lane=${lane}`, {
      method: 'POST',
      headers: { ...type, ...headers },
      body: writeUpload(blocks),
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

export const jsonOf = <T>({ body }: Answer): T => JSON.parse(body.toString('utf8')) as T;

export interface KeyAndCsr {
  keyPem: string;
  csrPem: string;
}

/** A fresh key and a CSR that asks for any name. */
export async function makeKeyAndCsr(): Promise<KeyAndCsr> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=anybody',
    keys,
    signingAlgorithm: SIGNING,
  });
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { keyPem: x509.PemConverter.encode(der, 'PRIVATE KEY'), csrPem: csr.toString('pem') };
}

export interface EnrolledClient extends EnrolAnswer {
  keyPem: string;
  client: TestClient;
}

/** Body of a return by the agent's key, with a challenge asked for at `anonymous`; what is given replaces its members. */
export async function rejoining(
  anonymous: TestClient,
  who: { agentId: string } | { name: string },
  keyPem: string,
  given: { nonce?: string; certificatePem?: string } = {},
): Promise<RejoinRequest> {
  const nonce = given.nonce ?? (await challengeOf(anonymous));
  const csrPem = await csrOf(keyPem);
  const text = rejoinText(nonce, createHash('sha256').update(csrPem).digest('hex'));
  const id = 'agentId' in who ? { agentId: who.agentId } : { name: who.name };
  return { ...id, csrPem, signature: sign('sha256', Buffer.from(text), keyPem).toString('base64'), ...given, nonce };
}

async function challengeOf(anonymous: TestClient): Promise<string> {
  const answer = await anonymous.json('/v1/rejoin/challenge', {});
  if (answer.status !== 200) throw new Error(`the challenge was answered ${answer.status}: ${answer.body.toString()}`);
  return jsonOf<RejoinChallenge>(answer).nonce;
}

/** A CSR for a key that exists. */
async function csrOf(keyPem: string): Promise<string> {
  const key = createPrivateKey(keyPem);
  const jwk = { privateKey: key, publicKey: createPublicKey(key) };
  const [privateKey, publicKey] = await Promise.all(
    (['privateKey', 'publicKey'] as const).map((half) =>
      webcrypto.subtle.importKey('jwk', jwk[half].export({ format: 'jwk' }), SIGNING, true, [
        half === 'privateKey' ? 'sign' : 'verify',
      ]),
    ),
  );
  const keys = { privateKey, publicKey };
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=anybody',
    keys,
    signingAlgorithm: SIGNING,
  });
  return csr.toString('pem');
}

/** Body of an enrolment of an agent called `name`. */
export function enrolment(name: string, token: string, csrPem: string): Record<string, unknown> {
  return { token, csrPem, name, region: 'lab', provider: 'test', tags: {}, agentVersion: '0.0.0' };
}

/** A block of three replies. */
export function block(address: Partial<BlockAddress> & { agentId: string }, rttUs = 1_000): Uint8Array {
  const builder = new ResultColumnsBuilder();
  const nowMs = Date.now();
  for (let key = 1; key <= 3; key++) builder.push(key, 1, nowMs + key, 0, rttUs + key);
  const whole = { boot: 1, lane: LANE.live, shard: 0, sequence: 1, policyVersion: 1, ...address };
  return frameBlock(whole, encodeBody(builder.build(), compress));
}
