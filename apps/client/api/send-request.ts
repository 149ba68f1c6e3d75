import { Agent as HttpAgent, type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import type { Connection } from '../connection/connection';
import { connectionFaultOf } from './connection-fault';

/** Longest time without a byte of an answer. */
const SILENCE_MAX_MS = 60_000;

export interface OutgoingRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: string | Readable;
  signal?: AbortSignal;
}

/** Sends requests on connections that are kept open; `close` ends them. */
export class RequestSender {
  private readonly agent: HttpAgent;

  constructor({ url, ca }: Pick<Connection, 'url' | 'ca'>) {
    // HTTPS_PROXY, HTTP_PROXY and NO_PROXY, where this Node supports them.
    const options = { keepAlive: true, proxyEnv: process.env };
    this.agent =
      url.protocol === 'https:' ? new HttpsAgent({ ...options, ...(ca && { ca: [...ca] }) }) : new HttpAgent(options);
  }

  /**
   * Resolves with the answer when its headers have arrived.
   * @throws ConnectionFault when there is none
   */
  sendRequest({ method, url, headers, body, signal }: OutgoingRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method,
        headers,
        agent: this.agent,
        timeout: SILENCE_MAX_MS,
        ...(signal && { signal }),
      };
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
      request.once('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
      request.once('error', (error) => reject(signal?.aborted ? error : connectionFaultOf(error, url)));
      if (body === undefined || typeof body === 'string') return request.end(body);
      body.once('error', (error) => {
        request.destroy();
        reject(error);
      });
      body.pipe(request);
      // A server that refuses a body answers before it has read all of it.
      request.once('response', () => body.unpipe(request));
      return undefined;
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
