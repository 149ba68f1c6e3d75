import { Agent } from 'node:https';
import type { EnrolResponse, EnrolRequest } from '@icmp-mon/agents/contract';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import { describeAnswer, type HttpsAnswer, httpsRequest, problemErrorsOf } from '../ship/https-request';
import { AssignmentState } from '../sync/assignment-state';
import { makeCertificateRequest, makeKeyPem } from './certificate-request';
import type { Identity, IdentityStore } from './identity-store';
import { type CaPin, certificateSha256, trustedCa } from './pinned-ca';
import { rejoin, type RejoinOptions, RejoinRefused } from './rejoin';

export interface EnrolOptions extends CaPin {
  enrolUrl: string;
  /** Undefined: the agent has to be enrolled already. */
  token: string | undefined;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  agentVersion: string;
  store: IdentityStore;
  /** Where assignments of an earlier enrolment are kept. */
  stateDir: string;
  log: AgentLog;
  /** Told of what goes wrong, for readiness; undefined when it goes on. */
  onFailure: (failure: string | undefined) => void;
  signal: AbortSignal;
}

/** The gateway refuses the enrolment as it is: the message says what to do. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
}

const TIMEOUT_MS = 15_000;
const REFUSED_WAIT_MS = 30_000;

/**
 * The agent's identity: the one of an earlier enrolment, also when its certificate has expired, or a new one. Tries until it
 * succeeds; undefined once the signal is aborted.
 */
export async function enrol(options: EnrolOptions): Promise<Identity | undefined> {
  return keptIdentity(options) ?? (await enrolAnew(options, () => true));
}

/**
 * A new identity, which replaces the kept one when there is one and not before. Tries until it succeeds; undefined once
 * the signal is aborted, or it is not wanted any more.
 */
export async function enrolAnew(options: EnrolOptions, isWanted: () => boolean): Promise<Identity | undefined> {
  const { store, stateDir, log, signal, onFailure } = options;
  const backOff = new BackOff({ firstMs: 500, maxMs: 30_000 });
  while (!signal.aborted && isWanted()) {
    try {
      const identity = await enrolOnce(options);
      AssignmentState.forget(stateDir);
      store.save(identity);
      log.info({ agentId: identity.agentId, gatewayUrl: identity.gatewayUrl }, 'enrolled');
      onFailure(undefined);
      return identity;
    } catch (error) {
      if (signal.aborted) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      onFailure(message);
      const waitMs = error instanceof EnrolmentRefused ? REFUSED_WAIT_MS : backOff.failed();
      log.error({ err: error, retryInS: Math.round(waitMs / 1000) }, `cannot enrol: ${message}`);
      await pause(waitMs, signal);
    }
  }
  onFailure(undefined);
  return undefined;
}

/** The kept identity, unless it is of another installation than the pinned one. */
function keptIdentity({ store, log, token, caFile, caSha256 }: EnrolOptions): Identity | undefined {
  const identity = store.load();
  if (identity === undefined) return undefined;
  const isForeign = caFile === undefined && caSha256 !== undefined && !sameHash(identity.caPem, caSha256);
  if (!isForeign) return identity;
  const { agentId } = identity;
  log.warn({ agentId, hasToken: token !== undefined }, 'the agent has to enrol again: it is of another installation');
  return undefined;
}

async function enrolOnce(options: EnrolOptions): Promise<Identity> {
  const { enrolUrl, token, name, region, provider, tags, agentVersion, store, signal } = options;
  if (token === undefined) {
    throw new EnrolmentRefused('Set ICMPMON_AGENT_ENROL_TOKEN to a token that the portal made under Agents.');
  }
  const caPem = await trustedCa(options, enrolUrl, signal);
  const keptKeyPem = store.loadKey();
  const keyPem = keptKeyPem ?? makeKeyPem();
  store.saveKey(keyPem);
  const csrPem = makeCertificateRequest(keyPem, name);
  const request: EnrolRequest = { token, csrPem, name, region, provider, tags, agentVersion };
  const answer = await httpsRequest({
    method: 'POST',
    url: new URL('/v1/enrol', enrolUrl),
    agent: new Agent({ ca: caPem, keepAlive: false, minVersion: 'TLSv1.2' }),
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(request)),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  const { status } = answer;
  if (status >= 400 && status < 500 && status !== 429) {
    const refused = new EnrolmentRefused(`${describeAnswer(answer)} ${whatToDo(answer, request)}`);
    if (keptKeyPem === undefined || status === 400) throw refused;
    return lostAnswer({ enrolUrl, caPem, keyPem, who: { name }, signal }, refused);
  }
  if (status < 200 || status > 299) throw new Error(`The gateway answers ${describeAnswer(answer)}`);
  const {
    agentId,
    certificatePem,
    caPem: authority,
    gatewayUrl,
    shardCount,
  } = JSON.parse(answer.body.toString('utf8')) as EnrolResponse;
  return { agentId, gatewayUrl, shardCount, keyPem, certificatePem, caPem: authority };
}

/** A token that is spent may have been spent by this agent, whose answer was lost: then its key is bound already. */
async function lostAnswer(options: RejoinOptions, refused: EnrolmentRefused): Promise<Identity> {
  try {
    return await rejoin(options);
  } catch (error) {
    if (error instanceof RejoinRefused) throw refused;
    throw error;
  }
}

const VARIABLES = { name: 'NAME', region: 'REGION', provider: 'PROVIDER', tags: 'TAGS' } as const;

/** What the operator can do, with each refused field, its value and its rule. */
function whatToDo(answer: HttpsAnswer, request: EnrolRequest): string {
  if (answer.status === 401)
    return 'The token is not good any more: make a new one in the portal and set ICMPMON_AGENT_ENROL_TOKEN.';
  if (answer.status === 403) return 'Make a token for this agent and its region, and set ICMPMON_AGENT_ENROL_TOKEN.';
  if (answer.status === 409) return 'Then set ICMPMON_AGENT_ENROL_TOKEN, or another ICMPMON_AGENT_NAME.';
  const fields = problemErrorsOf(answer).map(({ pointer, detail }) => {
    const field = pointer.replace('#/', '');
    if (!(field in VARIABLES)) return `${field} ${detail}`;
    const name = field as keyof typeof VARIABLES;
    return `ICMPMON_AGENT_${VARIABLES[name]}=${JSON.stringify(request[name])} ${detail}`;
  });
  return fields.length > 0 ? `Check: ${fields.join('; ')}.` : 'Check the ICMPMON_AGENT_ variables.';
}

function sameHash(pem: string, sha256: string): boolean {
  return certificateSha256(pem) === sha256.replaceAll(':', '').toLowerCase();
}
