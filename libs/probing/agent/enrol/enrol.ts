import { Agent } from 'node:https';
import type { EnrolResponse, EnrolRequest } from '@icmp-mon/agents/contract';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import { describeAnswer, type HttpsAnswer, httpsRequest, problemErrorsOf } from '../ship/https-request';
import { CommandJournal } from '../commands/command-journal';
import { AssignmentState } from '../sync/assignment-state';
import { TraceSpool } from '../trace/trace-spool';
import { makeCertificateRequest, makeKeyPem } from './certificate-request';
import type { Identity, IdentityStore } from './identity-store';
import { type CaPin, certificateSha256, trustedCa } from './pinned-ca';
import { rejoin, type RejoinOptions, RejoinRefused } from './rejoin';

export interface EnrolOptions extends CaPin {
  enrolUrl: string;
  /** Undefined: the agent must already be enrolled. */
  token: string | undefined;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  agentVersion: string;
  store: IdentityStore;
  /** Folder with the assignments of an earlier enrolment. */
  stateDir: string;
  log: AgentLog;
  /** Called with each failure, for readiness; with undefined when it is over. */
  onFailure: (failure: string | undefined) => void;
  signal: AbortSignal;
}

/** Thrown when the gateway refuses the enrolment; the message has instructions. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
}

const TIMEOUT_MS = 15_000;
const REFUSED_WAIT_MS = 30_000;

/**
 * Returns the agent's identity: the stored one, even if its certificate has expired, otherwise a new one. Retries until it succeeds.
 * Returns undefined once the signal is aborted.
 */
export async function enrol(options: EnrolOptions): Promise<Identity | undefined> {
  return keptIdentity(options) ?? (await enrolAnew(options, () => true));
}

/**
 * Returns a new identity, which replaces the stored one only on success. Retries until it succeeds. Returns undefined once the signal is
 * aborted or `isWanted` returns false.
 */
export async function enrolAnew(options: EnrolOptions, isWanted: () => boolean): Promise<Identity | undefined> {
  const { store, stateDir, log, signal, onFailure } = options;
  const backOff = new BackOff({ firstMs: 500, maxMs: 30_000 });
  while (!signal.aborted && isWanted()) {
    try {
      const identity = await enrolOnce(options);
      AssignmentState.forgetState(stateDir);
      CommandJournal.forgetJournal(stateDir);
      TraceSpool.forgetTraces(stateDir);
      store.saveIdentity(identity);
      log.info({ agentId: identity.agentId, gatewayUrl: identity.gatewayUrl }, 'enrolled');
      onFailure(undefined);
      return identity;
    } catch (error) {
      if (signal.aborted) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      onFailure(message);
      const waitMs = error instanceof EnrolmentRefused ? REFUSED_WAIT_MS : backOff.nextDelayMs();
      log.error({ err: error, retryInS: Math.round(waitMs / 1000) }, `enrolment failed: ${message}`);
      await pause(waitMs, signal);
    }
  }
  onFailure(undefined);
  return undefined;
}

/** Returns the stored identity, unless it belongs to another installation than the pinned one. */
function keptIdentity({ store, log, token, caFile, caSha256 }: EnrolOptions): Identity | undefined {
  const identity = store.loadIdentity();
  if (identity === undefined) return undefined;
  const isForeign = caFile === undefined && caSha256 !== undefined && !sameHash(identity.caPem, caSha256);
  if (!isForeign) return identity;
  const { agentId } = identity;
  log.warn(
    { agentId, hasToken: token !== undefined },
    'the agent has to enrol again: its identity belongs to another installation',
  );
  return undefined;
}

async function enrolOnce(options: EnrolOptions): Promise<Identity> {
  const { enrolUrl, token, name, region, provider, tags, agentVersion, store, signal } = options;
  if (token === undefined) {
    throw new EnrolmentRefused('Set ICMPMON_AGENT_ENROL_TOKEN to a token from the portal, page Agents.');
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
  if (status < 200 || status > 299) throw new Error(`The gateway answered ${describeAnswer(answer)}`);
  const {
    agentId,
    certificatePem,
    caPem: authority,
    gatewayUrl,
    shardCount,
  } = JSON.parse(answer.body.toString('utf8')) as EnrolResponse;
  return { agentId, gatewayUrl, shardCount, keyPem, certificatePem, caPem: authority };
}

/** Handles a spent token: this agent itself may have spent it and lost the answer. Its key is then already bound. */
async function lostAnswer(options: RejoinOptions, refused: EnrolmentRefused): Promise<Identity> {
  try {
    return await rejoin(options);
  } catch (error) {
    if (error instanceof RejoinRefused) throw refused;
    throw error;
  }
}

const VARIABLES = { name: 'NAME', region: 'REGION', provider: 'PROVIDER', tags: 'TAGS' } as const;

/** Returns instructions for the operator, with each refused field, its value and its rule. */
function whatToDo(answer: HttpsAnswer, request: EnrolRequest): string {
  if (answer.status === 401)
    return 'The token is no longer valid: make a new one in the portal and set ICMPMON_AGENT_ENROL_TOKEN.';
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
