import 'reflect-metadata';
import { createHash, createPrivateKey, createPublicKey, sign, webcrypto } from 'node:crypto';
import { type EnrolResponse, type RejoinChallenge, type RejoinRequest, rejoinText } from '@icmp-mon/agents/contract';
import { compress } from '@icmp-mon/platform/zstd';
import { encodeBody, frameBlock, LANE, ResultColumnsBuilder, type BlockAddress } from '@icmp-mon/probing/wire';
import * as x509 from '@peculiar/x509';
import { jsonOf, type TestClient } from './test-client';

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface KeyAndCsr {
  keyPem: string;
  csrPem: string;
}

/** Creates a key and a CSR with an arbitrary name. */
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

export interface EnrolledClient extends EnrolResponse {
  keyPem: string;
  client: TestClient;
}

/** Returns the body of a certificate request with the agent's key; gets a challenge from `anonymous`. `given` overrides members. */
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
  if (answer.status !== 200)
    throw new Error(`the request for a challenge was answered with ${answer.status}: ${answer.body.toString()}`);
  return jsonOf<RejoinChallenge>(answer).nonce;
}

/** Returns a CSR for an existing key. */
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

/** Returns the body of an enrolment of an agent called `name`. */
export function enrolment(name: string, token: string, csrPem: string): Record<string, unknown> {
  return { token, csrPem, name, region: 'lab', provider: 'test', tags: {}, agentVersion: '0.0.0' };
}

/** Returns a block of three replies. */
export function block(address: Partial<BlockAddress> & { agentId: string }, rttUs = 1_000): Uint8Array {
  const builder = new ResultColumnsBuilder();
  const nowMs = Date.now();
  for (let key = 1; key <= 3; key++) builder.addResult(key, 1, nowMs + key, 0, rttUs + key);
  const whole = { boot: 1, lane: LANE.live, shard: 0, sequence: 1, policyVersion: 1, ...address };
  return frameBlock(whole, encodeBody(builder.buildColumns(), compress));
}
