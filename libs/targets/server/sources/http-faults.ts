import type { IncomingHttpHeaders } from 'node:http';
import { shown } from '@icmp-mon/targets/wire';
import { SourceFault } from './source-fault';

export const NOT_JSON = 'Check the address: a login page or a proxy may answer instead of the source.';

const STATUS_ADVICE: Readonly<Record<number, string>> = {
  401: 'Check the credential: it may be wrong or expired.',
  403: 'Check the credential: it may be wrong or expired, may not view IP addresses, or may not be used from the address of the worker.',
  404: 'Check the address. For NetBox, give it without /api.',
  429: 'Lengthen the interval, or raise the limit of the server.',
};

/** Returns the fault of an answer with another status than 200. */
export function faultOfStatus(
  status: number,
  { location }: IncomingHttpHeaders,
  text: string,
  hide: (text: string) => string,
): SourceFault {
  if (status >= 300 && status < 400) {
    // Without parameters, which may repeat a secret of the request.
    const target = location === undefined ? 'another address' : shown(hide(location.replace(/[?#].*$/s, '')));
    return new SourceFault(
      `The server redirects to ${target} (${status}); redirects are not followed.`,
      'Give the address to which it redirects, if you trust it.',
    );
  }
  const detail = detailOf(text, hide);
  const advice =
    STATUS_ADVICE[status] ??
    (status >= 500 ? 'Check the server and its log; it is asked again at the next run.' : NOT_JSON);
  return new SourceFault(`The server answered ${status}${detail === null ? '' : `: ${detail}`}.`, advice);
}

/** Returns the `detail` of an error of NetBox. */
function detailOf(text: string, hide: (text: string) => string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null;
    return typeof detail === 'string' ? shown(hide(detail)).replace(/\.$/, '') : null;
  } catch {
    return null;
  }
}

const CERTIFICATE =
  'Check the certificate of the server; for a CA of your own, set NODE_EXTRA_CA_CERTS for the worker.';
const CONNECTION = 'Check the address and its port, the firewall, and that the server runs.';

const ERRORS: Readonly<Record<string, [detail: string, advice: string]>> = {
  ENOTFOUND: ['The name of the server has no address', 'Check the spelling, and the name servers of the worker.'],
  EAI_AGAIN: ['The name servers do not answer', 'Check the name servers of the worker.'],
  ECONNREFUSED: ['The server refuses the connection', CONNECTION],
  ECONNRESET: ['The connection was closed before the answer was complete', CONNECTION],
  EHOSTUNREACH: ['There is no route to the server', CONNECTION],
  ENETUNREACH: ['There is no route to the server', CONNECTION],
  ETIMEDOUT: ['The server does not answer', CONNECTION],
  CERT_HAS_EXPIRED: ['The certificate of the server has expired', CERTIFICATE],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['The certificate of the server is signed by itself', CERTIFICATE],
  SELF_SIGNED_CERT_IN_CHAIN: ['The certificate of the server is of an unknown CA', CERTIFICATE],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['The certificate of the server is of an unknown CA', CERTIFICATE],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['The certificate of the server is of an unknown CA', CERTIFICATE],
  ERR_TLS_CERT_ALTNAME_INVALID: ['The certificate of the server is for another name', CERTIFICATE],
  EPROTO: ['The server does not speak TLS at this port', 'Check the port, or use http:// if the server has no TLS.'],
};

/** Returns the fault of a request that failed; `timeoutMs` if it took longer than that. */
export function faultOfError(error: unknown, timeoutMs: number | null): SourceFault {
  if (error instanceof SourceFault) return error;
  if (timeoutMs !== null) {
    return new SourceFault(`The server did not answer within ${timeoutMs / 1_000} s.`, CONNECTION, { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const isTls = /CERT|SSL|TLS/.test(code);
  const [detail, advice] = ERRORS[code] ?? ['The request failed', isTls ? CERTIFICATE : CONNECTION];
  return new SourceFault(`${detail} (${code}).`, advice, { cause: error });
}
