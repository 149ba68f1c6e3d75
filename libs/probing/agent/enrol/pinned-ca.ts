import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { describeAnswer, httpsRequest } from '../ship/https-request';

export interface CaPin {
  /** PEM file of the installation's CA. */
  caFile?: string | undefined;
  /** SHA-256 of its certificate (DER) in hex, from the join command. Alternative to `caFile`. */
  caSha256?: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** Thrown when the CA is not the pinned one. */
export class ForeignCa extends Error {
  override readonly name = 'ForeignCa';
}

/** Returns the SHA-256 of a certificate's DER as 64 hex digits. */
export function certificateSha256(pem: string): string {
  return normal(new X509Certificate(pem).fingerprint256);
}

/**
 * Returns the CA's certificate: from the file, or fetched from the enrolment listener and compared with the pinned hash. Before it
 * has matched, nothing from the other side is trusted and no secret is sent. @throws ForeignCa
 */
export async function trustedCa(pin: CaPin, enrolUrl: string, signal: AbortSignal): Promise<string> {
  if (pin.caFile !== undefined) return readFileSync(pin.caFile, 'utf8');
  if (pin.caSha256 === undefined) throw new ForeignCa('Set ICMPMON_AGENT_CA_FILE or ICMPMON_AGENT_CA_SHA256.');
  // Not verified, because this fetches the certificate to verify with; the pinned hash decides.
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });
  const answer = await httpsRequest({
    method: 'GET',
    url: new URL('/v1/ca', enrolUrl),
    agent,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (answer.status !== 200)
    throw new Error(`The enrolment listener answered ${describeAnswer(answer)} to the request for its CA.`);
  const pem = answer.body.toString('utf8');
  const found = certificateSha256(pem);
  if (found === normal(pin.caSha256)) return pem;
  throw new ForeignCa(
    `The CA at ${enrolUrl} has SHA-256 ${found}, not the pinned ${normal(pin.caSha256)}: ` +
      'this is another installation, or the connection is intercepted. Copy a new join command from the portal.',
  );
}

/** Downloads a file from the enrolment listener over TLS with only this CA. @throws Error with the answer when it refuses */
export async function fetchFromEnrolment(
  pathname: string,
  enrolUrl: string,
  caPem: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const agent = new Agent({ ca: caPem, keepAlive: false, minVersion: 'TLSv1.2' });
  const url = new URL(pathname, enrolUrl);
  const answer = await httpsRequest({ method: 'GET', url, agent, timeoutMs: TIMEOUT_MS, signal });
  if (answer.status === 200) return answer.body;
  throw new Error(`The enrolment listener answered ${describeAnswer(answer)} to the request for ${pathname}.`);
}

function normal(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
