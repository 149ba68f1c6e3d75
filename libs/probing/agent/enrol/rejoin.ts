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
  /** Of the enrolment listener: the CA that this agent trusts already. */
  caPem: string;
  keyPem: string;
  /** The last certificate, if there is one. */
  certificatePem?: string;
  who: { agentId: string } | { name: string };
  signal: AbortSignal;
}

/** The gateway does not let this agent return by its key; `refusal` is undefined where it does not know this way at all. */
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
 * A fresh certificate for a key that is bound to the agent: the gateway's nonce, signed. However old the last certificate is, and
 * without a token.
 * @throws RejoinRefused, Error when the gateway does not answer or wants to be asked later
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
  const message = `The gateway answers ${describeAnswer(answer)}`;
  const code = problemCodeOf(answer);
  const refusal = AGENT_REFUSALS.find((known) => known === code);
  // A gateway of an earlier release knows no such route.
  if (refusal !== undefined || status === 404) throw new RejoinRefused(refusal, message);
  throw new Error(message);
}

function parse<T>({ body }: HttpsAnswer): T {
  return JSON.parse(body.toString('utf8')) as T;
}
