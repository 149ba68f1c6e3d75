import { Refusal } from './refusal';

/** The server could not be reached, or does not speak the API. The message names the remedy. */
export class ConnectionFault extends Refusal {
  override readonly name = 'ConnectionFault';

  constructor(
    message: string,
    /** Whether the same request may succeed when it is sent again. */
    readonly isTransient: boolean,
  ) {
    super(message);
  }
}

const UNKNOWN_CA = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
const NO_ANSWER = ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'];
const BROKEN = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Returns the fault of a failed connection with its remedy. */
export function connectionFaultOf(error: NodeJS.ErrnoException, url: URL): ConnectionFault {
  const { host, hostname } = url;
  const code = codeOf(error);
  const fault = (message: string, isTransient = false): ConnectionFault => new ConnectionFault(message, isTransient);
  if (code === 'ECONNREFUSED')
    return fault(
      `Nothing listens at ${host}. Is the product running, and are the host and port of the URL right (--url)?`,
    );
  if (code === 'ENOTFOUND')
    return fault(
      `There is no host ${hostname}. Check the URL (--url, ICMPMON_URL) and the DNS server of this machine.`,
    );
  if (code === 'EAI_AGAIN')
    return fault(`The DNS server of this machine does not answer for ${hostname}. Try again.`, true);
  if (UNKNOWN_CA.includes(code))
    return fault(
      `The certificate of ${host} is signed by an unknown CA. Give the CA's certificate as a PEM file: --ca <file> or ICMPMON_CA.`,
    );
  if (code === 'CERT_HAS_EXPIRED')
    return fault(`The certificate of ${host} has expired. Renew it on the server; check the clock of this machine.`);
  if (code === 'CERT_NOT_YET_VALID')
    return fault(`The certificate of ${host} is not valid yet. Check the clock of this machine.`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return fault(
      `The certificate of ${host} was issued for other names. Use one of its names in the URL: ${error.message}`,
    );
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return fault(
      `${host} does not answer with TLS as expected. Does it speak plain HTTP (http:// instead of https://)? ${error.message.trim()}`,
    );
  if (code.startsWith('HPE_'))
    return fault(`${host} does not answer with HTTP. Does it speak TLS (https:// instead of http://)?`);
  if (NO_ANSWER.includes(code))
    return fault(
      `${host} does not answer. Check the URL, the network and firewalls between this machine and the server.`,
      true,
    );
  if (BROKEN.includes(code) || error.message === 'socket hang up')
    return fault(
      `${host} closed the connection before its answer was complete. Try again; does it speak TLS (https:// instead of http://)?`,
      true,
    );
  return fault(`The connection to ${host} failed: ${error.message || code}.`);
}

/** Returns the code of an error; of several, one per address that was tried, that of the first. */
function codeOf(error: NodeJS.ErrnoException): string {
  if (error.code !== undefined) return error.code;
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [];
  return first?.code ?? '';
}

/** Returns the fault of an answer that is not one of the API. */
export function notTheApi(
  url: URL,
  status: number,
  contentType: string,
  location: string | undefined,
): ConnectionFault {
  if (location !== undefined)
    return new ConnectionFault(
      `${url.origin} redirects to ${originOf(location, url)}. Use that URL: --url, ICMPMON_URL or icmpmon login.`,
      false,
    );
  if (status === 407)
    return new ConnectionFault(
      'The proxy requires a login. Add it to HTTPS_PROXY: http://user:password@proxy:port',
      false,
    );
  if (status >= 502 && status <= 504)
    return new ConnectionFault(
      `The proxy in front of ${url.host} reports that the product does not answer (${status}). Is it running?`,
      true,
    );
  const what = contentType === '' ? 'without a type' : `of type ${contentType.split(';')[0]}`;
  return new ConnectionFault(
    `${url.origin}${url.pathname} answers ${status} with a document ${what}, which is not the API of ICMP-Mon. ` +
      'Give the address of the portal, such as https://mon.example.org (--url, ICMPMON_URL).',
    false,
  );
}

const originOf = (location: string, from: URL): string =>
  URL.canParse(location, from.href) ? new URL(location, from).origin : location;
