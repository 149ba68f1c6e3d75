import { Agent } from 'node:https';
import { httpsRequest } from '../ship/https-request';

const TIMEOUT_MS = 5_000;

/**
 * Returns the gateway's clock in ms since 1970, which the enrolment listener sends to every client; undefined when it does not answer. The
 * listener for agents drops connections with an expired certificate without an error, and the agent's own clock may be wrong.
 */
export async function gatewayTimeMs(enrolUrl: string, caPem: string, signal: AbortSignal): Promise<number | undefined> {
  const agent = new Agent({ ca: caPem, keepAlive: false, minVersion: 'TLSv1.2' });
  try {
    const url = new URL('/v1/ca', enrolUrl);
    const { headers } = await httpsRequest({ method: 'GET', url, agent, timeoutMs: TIMEOUT_MS, signal });
    const timeMs = Number(headers['x-icmpmon-time'] ?? Number.NaN);
    return Number.isFinite(timeMs) ? timeMs : undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
