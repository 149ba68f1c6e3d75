import { request } from 'node:https';
import type { NumberedAgent } from './numbered-agent';

const TRICKLE_MS = 1_000;

/** Posts a body at one byte per second, without the proxy; resolves with the time until the gateway ended it, in ms. */
export function trickle({ tls, directUrl }: NumberedAgent): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/vnd.icmpmon.blocks', 'content-length': '1000' };
    const outgoing = request(`${directUrl}/v1/results?lane=live`, {
      method: 'POST',
      agent: false,
      headers,
      ...tls,
    });
    const timer = setInterval(() => outgoing.write('x'), TRICKLE_MS);
    const end = (): void => {
      clearInterval(timer);
      outgoing.destroy();
      resolve(performance.now() - startedMs);
    };
    // An error response and a disconnection both count as the end.
    outgoing.once('response', end);
    outgoing.once('error', end);
    outgoing.flushHeaders();
  });
}
