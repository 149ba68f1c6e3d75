import { Agent } from 'node:https';
import type { EnrolAnswer, EnrolRequest } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import { BackOff } from '../ship/back-off';
import { describeAnswer, httpsRequest } from '../ship/https-request';
import { WakeUp } from '../ship/wake-up';
import { AssignmentState } from '../sync/assignment-state';
import { makeCertificateRequest, makeKeyPem } from './certificate-request';
import { gatewayTimeMs } from './gateway-time';
import { expiryOf, type Identity, type IdentityStore } from './identity-store';
import { type CaPin, certificateSha256, trustedCa } from './pinned-ca';

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
 * The agent's identity: the one of an earlier enrolment, or a new one. Tries until it succeeds; undefined once the
 * signal is aborted.
 */
export async function enrol(options: EnrolOptions): Promise<Identity | undefined> {
  return (await usableIdentity(options)) ?? (await enrolAnew(options, () => true));
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
      await new WakeUp().sleep(waitMs, signal);
    }
  }
  onFailure(undefined);
  return undefined;
}

/**
 * The kept identity, unless it has expired or is of another installation than the pinned one. It has expired when the
 * gateway's clock says so: the own one may be wrong, and a gateway that is away keeps nobody from probing.
 */
async function usableIdentity(options: EnrolOptions): Promise<Identity | undefined> {
  const { enrolUrl, store, log, token, caFile, caSha256, signal } = options;
  const identity = store.load();
  if (identity === undefined) return undefined;
  const { toMs } = expiryOf(identity);
  const timeMs = Date.now() > toMs ? await gatewayTimeMs(enrolUrl, identity.caPem, signal) : undefined;
  const expired = timeMs !== undefined && timeMs > toMs;
  const foreign = caFile === undefined && caSha256 !== undefined && !sameHash(identity.caPem, caSha256);
  if (!expired && !foreign) return identity;
  const why = expired ? 'its certificate has expired' : 'it is of another installation';
  log.warn({ agentId: identity.agentId, hasToken: token !== undefined }, `the agent has to enrol again: ${why}`);
  return undefined;
}

async function enrolOnce(options: EnrolOptions): Promise<Identity> {
  const { enrolUrl, token, name, region, provider, tags, agentVersion, store, signal } = options;
  if (token === undefined) {
    throw new EnrolmentRefused('Set ICMPMON_AGENT_ENROL_TOKEN to a token that the portal made under Agents.');
  }
  const caPem = await trustedCa(options, enrolUrl, signal);
  const keyPem = store.loadKey() ?? makeKeyPem();
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
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    throw new EnrolmentRefused(`${describeAnswer(answer)} ${whatToDo(answer.status)}`);
  }
  if (answer.status < 200 || answer.status > 299) throw new Error(`The gateway answers ${describeAnswer(answer)}`);
  const {
    agentId,
    certificatePem,
    caPem: authority,
    gatewayUrl,
    shardCount,
  } = JSON.parse(answer.body.toString('utf8')) as EnrolAnswer;
  return { agentId, gatewayUrl, shardCount, keyPem, certificatePem, caPem: authority };
}

function whatToDo(status: number): string {
  if (status === 401 || status === 403) {
    return 'The token is spent, expired or for another region: make a new one in the portal and set ICMPMON_AGENT_ENROL_TOKEN.';
  }
  if (status === 409) return 'Choose another ICMPMON_AGENT_NAME, or use a token that may replace this agent.';
  return 'Check the ICMPMON_AGENT_ variables.';
}

function sameHash(pem: string, sha256: string): boolean {
  return certificateSha256(pem) === sha256.replaceAll(':', '').toLowerCase();
}
