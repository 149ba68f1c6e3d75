import { Agent as HttpsAgent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { writeUpload } from '@icmp-mon/probing/wire';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One request over TLS; `body` is sent unchanged. */
export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  /** The client's timeout unless set. */
  timeoutMs?: number | undefined;
}

export interface TlsIdentity {
  ca: string;
  cert?: string;
  key?: string;
}

/** A TLS client with or without an identity. Rejects when the complete answer takes longer than `timeoutMs`, if set. */
export class TestClient {
  private readonly agent: HttpsAgent;

  constructor(
    private baseUrl: string,
    tls: TlsIdentity,
    private readonly timeoutMs?: number,
  ) {
    this.agent = new HttpsAgent({ ...tls, keepAlive: true });
  }

  /** Sends later requests to another server. */
  redirect(baseUrl: string): void {
    this.baseUrl = baseUrl;
  }

  sendRequest(path: string, call: Call = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, timeoutMs = this.timeoutMs } = call;
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const bound = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
      const options = { method, agent: this.agent, headers: { ...length, ...headers }, ...bound };
      const outgoing = request(new URL(path, this.baseUrl), options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  json(path: string, body: unknown, method = 'POST'): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.sendRequest(path, { method, headers, body: JSON.stringify(body) });
  }

  sendBlocks(lane: string, blocks: readonly Uint8Array[], headers: Record<string, string> = {}): Promise<Answer> {
    return this.sendUpload(lane, writeUpload(blocks), { headers });
  }

  /** Like `sendBlocks`, for bytes that are already an upload. */
  sendUpload(lane: string, body: Uint8Array, { headers, timeoutMs }: Omit<Call, 'body'> = {}): Promise<Answer> {
    const type = { 'content-type': 'application/vnd.icmpmon.blocks' };
    const call = { method: 'POST', headers: { ...type, ...headers }, body, timeoutMs };
    return this.sendRequest(`/v1/results?lane=${lane}`, call);
  }

  close(): void {
    this.agent.destroy();
  }
}

export const jsonOf = <T>({ body }: Answer): T => JSON.parse(body.toString('utf8')) as T;

/** Returns how long the gateway asks to wait, in ms; 0 if it does not. */
export const retryAfterMs = ({ headers }: Answer): number => Number(headers['retry-after'] ?? 0) * 1_000;
