import dns from 'node:dns';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pause } from '@icmp-mon/platform/concurrency';
import type { AddressPolicy } from './address-policy';
import { faultOfError, faultOfStatus, NOT_JSON } from './http-faults';
import { SourceFault } from './source-fault';

const ANSWER_MS_MAX = 60_000;
/** Requests that are repeated because the server asks for a pause, and the longest pause, ms. */
const PAUSES_MAX = 5;
const PAUSE_MS_MAX = 60_000;
const PAUSE_MS_UNLESS_SET = 5_000;

export interface SourceHttpOptions {
  policy: AddressPolicy;
  headers: Record<string, string>;
  /** Hides the credential in a text of the server, before it is shortened. */
  hide: (text: string) => string;
  /** Ends the reading. */
  signal: AbortSignal;
  /** Default: one minute. */
  answerMsMax?: number;
}

/**
 * Reads JSON of one source. Connects only to addresses that the policy allows: names are resolved here, and the connection goes to an address
 * that was checked. Follows no redirect, so the credential reaches no other host. Answers are limited in size and time.
 */
export class SourceHttp {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  private pauses = 0;

  constructor(private readonly options: SourceHttpOptions) {}

  /** @throws SourceFault for every answer that is not JSON with status 200; waits if the server asks for a pause */
  async readJson(url: URL, bytesMax: number): Promise<unknown> {
    for (;;) {
      const { status, headers, text } = await this.readAnswer(url, bytesMax);
      if (status === 429 && this.pauses < PAUSES_MAX) {
        this.pauses += 1;
        await this.pauseFor(headers['retry-after']);
        continue;
      }
      if (status !== 200) throw faultOfStatus(status, headers, text, this.options.hide);
      if (!/^application\/(\w+\+)?json\b/i.test(headers['content-type'] ?? '')) {
        throw new SourceFault(
          `The answer is ${headers['content-type'] ?? 'of no type'}, not application/json.`,
          NOT_JSON,
        );
      }
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new SourceFault('The answer is not valid JSON, or was cut off.', NOT_JSON, { cause: error });
      }
    }
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async pauseFor(retryAfter: string | undefined): Promise<void> {
    const pauseMs = pauseMsOf(retryAfter, Date.now());
    if (pauseMs > PAUSE_MS_MAX) {
      const seconds = Math.ceil(pauseMs / 1_000);
      throw new SourceFault(
        `The server asks for a pause of ${seconds} s (429).`,
        'Lengthen the interval, or raise the limit of the server.',
      );
    }
    await pause(pauseMs, this.options.signal);
    this.options.signal.throwIfAborted();
  }

  private async readAnswer(
    url: URL,
    bytesMax: number,
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    const { policy, headers, signal, answerMsMax = ANSWER_MS_MAX } = this.options;
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !policy.allows(literal)) throw denied(literal);
    const timeout = AbortSignal.timeout(answerMsMax);
    try {
      const response = await this.openAnswer(
        url,
        { ...headers, Accept: 'application/json' },
        AbortSignal.any([signal, timeout]),
      );
      return { status: response.statusCode ?? 0, headers: response.headers, text: await readText(response, bytesMax) };
    } catch (error) {
      throw faultOfError(error, timeout.aborted ? answerMsMax : null);
    }
  }

  private openAnswer(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    const isTls = url.protocol === 'https:';
    const agent = this.agents[isTls ? 'https:' : 'http:'];
    const lookup = checkedLookup(this.options.policy);
    return new Promise((resolve, reject) => {
      const request = (isTls ? https : http).request(url, { agent, headers, signal, lookup }, resolve);
      request.on('error', reject);
      request.end();
    });
  }
}

/** Returns a lookup that fails if a name has an address that is denied. The connection uses what it returns, and nothing resolves again. */
function checkedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const refused = addresses.find(({ address }) => !policy.allows(address));
      if (refused !== undefined) return callback(denied(refused.address), []);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

const denied = (address: string): SourceFault =>
  new SourceFault(
    `The worker must not connect to ${address}: addresses of its own machine, of its link and of cloud metadata are denied.`,
    'Use another address, or allow this one for the worker: ICMPMON_SOURCES_ALLOWED_ADDRESSES.',
  );

async function readText(response: IncomingMessage, bytesMax: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bytesMax) {
      response.destroy();
      throw new SourceFault(
        `The answer is larger than ${bytesMax / 1024 / 1024} MiB.`,
        'Narrow the filter, or split the list into several sources.',
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Returns the pause of a Retry-After header, in seconds or as a date. */
export function pauseMsOf(retryAfter: string | undefined, nowMs: number): number {
  if (retryAfter === undefined) return PAUSE_MS_UNLESS_SET;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? PAUSE_MS_UNLESS_SET : Math.max(0, atMs - nowMs);
}
