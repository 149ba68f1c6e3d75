import { createHash, sign } from 'node:crypto';
import { Agent } from 'node:https';
import {
  AGENT_REFUSALS,
  type AgentRefusal,
  type EnrolResponse,
  type RejoinChallenge,
  type RejoinRequest,
  rejoinText,
} from '@icmp-mon/agents/contract';
import { describeAnswer, type HttpsAnswer, httpsRequest, problemCodeOf } from '../ship/https-request';
import { makeCertificateRequest } from './certificate-request';
import type { Identity } from './identity-store';

export interface RejoinOptions {
  enrolUrl: string;
  /** CA that verifies the enrolment listener: the one that this agent already trusts. */
  caPem: string;
  keyPem: string;
  /** The last certificate, if there is one. */
  certificatePem?: string;
  who: { agentId: string } | { name: string };
  signal: AbortSignal;
}

/** Thrown when the gateway refuses a certificate for the key; `refusal` is undefined if it does not support this route. */
export class RejoinRefused extends Error {
  override readonly name = 'RejoinRefused';

  constructor(
    readonly refusal: AgentRefusal | undefined,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 15_000;

/**
 * Returns a new certificate for a key that is bound to the agent, by signing the gateway's nonce. Needs no token, and works regardless of
 * the age of the last certificate.
 * @throws RejoinRefused, or Error when the gateway does not answer or asks for a later retry
 */
export async function rejoin(options: RejoinOptions): Promise<Identity> {
  const { keyPem, certificatePem, who } = options;
  const { nonce } = parse<RejoinChallenge>(await ask(options, '/v1/rejoin/challenge', {}));
  const csrPem = makeCertificateRequest(keyPem, 'agentId' in who ? who.agentId : who.name);
  const text = rejoinText(nonce, createHash('sha256').update(csrPem).digest('hex'));
  const signature = sign('sha256', Buffer.from(text), { key: keyPem, dsaEncoding: 'der' }).toString('base64');
  const request: RejoinRequest = { ...who, nonce, csrPem, signature, ...(certificatePem && { certificatePem }) };
  const answer = parse<EnrolResponse>(await ask(options, '/v1/rejoin', request));
  const { agentId, gatewayUrl, shardCount, caPem } = answer;
  return { agentId, gatewayUrl, shardCount, keyPem, certificatePem: answer.certificatePem, caPem };
}

async function ask({ enrolUrl, caPem, signal }: RejoinOptions, path: string, body: object): Promise<HttpsAnswer> {
  const answer = await httpsRequest({
    method: 'POST',
    url: new URL(path, enrolUrl),
    agent: new Agent({ ca: caPem, keepAlive: false, minVersion: 'TLSv1.2' }),
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  const { status } = answer;
  if (status === 200) return answer;
  const message = `The gateway answered ${describeAnswer(answer)}`;
  const code = problemCodeOf(answer);
  const refusal = AGENT_REFUSALS.find((known) => known === code);
  // A gateway of an earlier release does not have the route.
  if (refusal !== undefined || status === 404) throw new RejoinRefused(refusal, message);
  throw new Error(message);
}

function parse<T>({ body }: HttpsAnswer): T {
  return JSON.parse(body.toString('utf8')) as T;
}
