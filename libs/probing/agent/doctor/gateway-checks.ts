import { lookup } from 'node:dns/promises';
import { Agent } from 'node:https';
import { connect, isIP } from 'node:net';
import type { Identity } from '../enrol/identity-store';
import { expiryOf } from '../enrol/identity-store';
import { trustedCa, type CaPin } from '../enrol/pinned-ca';
import { describeAnswer, httpsRequest } from '../ship/https-request';
import { type CheckResult, fault, messageOf, ok, warning } from './finding';

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;
/** A gateway without new assignments keeps the request open; a refusal arrives immediately, in ms. */
const ACCEPTED_AFTER_MS = 3_000;
/** The gateway corrects smaller offsets; TLS fails at much larger ones. */
const OFFSET_MS_MAX = 1_000;
const JOIN_AGAIN = 'Create a command in the portal, under Agents, and paste it here.';
const SET_CLOCK = 'timedatectl set-ntp true';

/** Whether the host of a URL has an address, and its port accepts connections. */
export async function checkConnection(url: string): Promise<CheckResult> {
  const { hostname, port } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, '');
  let address = host;
  if (isIP(host) === 0) {
    try {
      ({ address } = await lookup(host));
    } catch (error) {
      return fault(`The name ${host} has no address: ${messageOf(error)}`, `getent hosts ${host}`);
    }
  }
  const portNumber = Number(port || 443);
  const failure = await connectFailure(address, portNumber);
  const where = address === host ? address : `${host} (${address})`;
  if (failure === null) return ok(`${where} accepts connections on port ${portNumber}.`);
  return fault(
    `${where} port ${portNumber}: ${failure}`,
    `Allow TCP from this machine to ${address} port ${portNumber}, and check that the gateway runs.`,
  );
}

function connectFailure(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (failure: string | null): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${CONNECT_MS / 1_000} s`));
    socket.once('error', (error) => end(error.message));
  });
}

/** Whether the enrolment listener has the expected CA and a valid certificate of it, and how far this machine's clock is off. */
export async function checkAuthority(
  enrolUrl: string,
  pin: CaPin,
  trustedPem: string | undefined,
): Promise<CheckResult[]> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const caPem = trustedPem ?? (await trustedCa(pin, enrolUrl, signal));
  const agent = new Agent({ ca: caPem, keepAlive: false, minVersion: 'TLSv1.2' });
  const sentAtMs = Date.now();
  const url = new URL('/v1/ca', enrolUrl);
  const { headers } = await httpsRequest({ method: 'GET', url, agent, timeoutMs: ANSWER_MS, signal });
  const authority = ok('The gateway has a valid certificate of the expected CA.');
  const gatewayMs = Number(headers['x-icmpmon-time'] ?? Number.NaN);
  if (!Number.isFinite(gatewayMs)) return [authority];
  return [authority, clockFinding((sentAtMs + Date.now()) / 2 - gatewayMs)];
}

function clockFinding(offsetMs: number): CheckResult {
  const text = `This clock is ${Math.abs(offsetMs / 1_000).toFixed(1)} s ${offsetMs < 0 ? 'behind' : 'ahead of'} that of the gateway`;
  if (Math.abs(offsetMs) <= OFFSET_MS_MAX) return ok(`${text}.`);
  return warning(`${text}: the gateway corrects the times of results, TLS may refuse certificates.`, SET_CLOCK);
}

/** Until when the agent's certificate is valid. */
export function checkCertificate(identity: Identity): CheckResult {
  const { fromMs, toMs } = expiryOf(identity);
  const text = `The certificate of agent ${identity.agentId} is valid until ${new Date(toMs).toISOString()}`;
  if (Date.now() > toMs)
    return warning(
      `${text}: it has expired, and the running agent gets a new one by its key.`,
      'systemctl restart icmp-mon-agent',
    );
  if (Date.now() < fromMs)
    return warning(`${text}, from ${new Date(fromMs).toISOString()}: this clock may be wrong.`, SET_CLOCK);
  return ok(`${text}.`);
}

/** Whether the agents' listener accepts the agent's certificate. */
export async function checkAcceptance(
  { gatewayUrl, caPem, certificatePem, keyPem }: Identity,
  since: number,
): Promise<CheckResult> {
  const agent = new Agent({ ca: caPem, cert: certificatePem, key: keyPem, keepAlive: false, minVersion: 'TLSv1.2' });
  const waiting = AbortSignal.timeout(ACCEPTED_AFTER_MS);
  const url = new URL(`/v1/assignments?since=${since}`, gatewayUrl);
  try {
    const answer = await httpsRequest({ method: 'GET', url, agent, timeoutMs: ANSWER_MS, signal: waiting });
    if (answer.status < 400) return ok('The gateway accepts this agent.');
    return fault(
      `The gateway refuses this agent: ${describeAnswer(answer)}`,
      answer.status === 403 ? JOIN_AGAIN : 'Check the gateway in the portal, under Health.',
    );
  } catch (error) {
    if (waiting.aborted) return ok('The gateway accepts this agent.');
    return fault(`${gatewayUrl}: ${messageOf(error)}`, 'journalctl -u icmp-mon-agent -n 20');
  }
}

export function notEnrolled(): CheckResult {
  return fault('This machine is not enrolled yet: it has no certificate.', JOIN_AGAIN);
}
