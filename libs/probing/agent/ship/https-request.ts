import { Agent, type RequestOptions, request as send } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';

export interface HttpsAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface HttpsRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: URL;
  agent: Agent;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** From the first byte sent to the last byte received. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** Longest accepted answer: the longest one in use has 150,000 assignments. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const PROBLEM_BYTES_MAX = 4096;

/** Sends one request; redirects are not followed. Rejects if the complete answer is late or too long. */
export function httpsRequest(options: HttpsRequest): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    let late: Error | undefined;
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(late ?? error);
    };
    const request = send(requestOptionsOf(options), (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > ANSWER_BYTES_MAX) request.destroy(new Error(`the answer exceeds ${ANSWER_BYTES_MAX} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', fail);
      response.once('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    // Not AbortSignal.timeout: each of its timers fires, also long after the answer, and costs as much as encoding a hundred results.
    const timer = setTimeout(() => {
      late = new Error(`no complete answer within ${options.timeoutMs} ms`);
      request.destroy(late);
    }, options.timeoutMs);
    request.once('error', fail);
    request.end(options.body);
  });
}

function requestOptionsOf({ method, url, agent, headers, body, signal }: HttpsRequest): RequestOptions {
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  return {
    method,
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: url.port || 443,
    path: `${url.pathname}${url.search}`,
    agent,
    ...(signal && { signal }),
    headers: { ...headers, ...length },
  };
}

/** Returns the detail of a problem document, or the beginning of any other answer, in one line. */
export function describeAnswer({ status, body }: HttpsAnswer): string {
  const detail = memberOf(body, 'detail');
  if (typeof detail === 'string') return `${status}: ${detail}`;
  const text = body.subarray(0, 200).toString('utf8');
  return `${status}${text === '' ? '' : `: ${text}`}`;
}

/** Returns the `code` of a problem document; undefined if the answer is not one. */
export function problemCodeOf({ body }: HttpsAnswer): unknown {
  return memberOf(body, 'code');
}

/** Returns the faulty fields that a problem document names. */
export function problemErrorsOf({ body }: HttpsAnswer): { pointer: string; detail: string }[] {
  const errors = memberOf(body, 'errors');
  if (!Array.isArray(errors)) return [];
  return (errors as unknown[]).filter((error): error is { pointer: string; detail: string } => {
    const { pointer, detail } = (error ?? {}) as Record<string, unknown>;
    return typeof pointer === 'string' && typeof detail === 'string';
  });
}

function memberOf(body: Buffer, name: string): unknown {
  try {
    const value: unknown = JSON.parse(body.subarray(0, PROBLEM_BYTES_MAX).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
